// Every suite makes documents of the length asked for, the same for the same seed, and its gold ranges hold the answers.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { loadFile, resolveModel } from '@lectern/model';
import { createRandom, DEFAULT_EXTRACT_LIMITS, extractDocument } from '@lectern/reader';
import { beforeAll, describe, expect, test } from 'vitest';
import { cliConfig } from '../src/config.ts';
import type { EvalDocument, EvalQuestion, SuiteOptions } from '../src/eval/contract.ts';
import { BABI_FILES, parseBabi } from '../src/eval/data/babi.ts';
import { takePublicFiles } from '../src/eval/data/public-file.ts';
import { XQUAD_FILE } from '../src/eval/data/xquad.ts';
import { SUITES } from '../src/eval/registry.ts';
import { makeFacts } from '../src/eval/suites/planted/facts.ts';
import { homeAt } from '../src/home.ts';

const config = cliConfig();
const dataFolder = homeAt(config.homeRoot).demo;
const LENGTH = 6000;
let countTokens: (text: string) => number;

beforeAll(async () => {
  if (config.evalData !== undefined) takePublicFiles([XQUAD_FILE, ...BABI_FILES], config.evalData, dataFolder);
  const { path } = await resolveModel('smollm2-135m-instruct', { home: config.homeRoot });
  const { tokenizer } = await loadFile(path);
  countTokens = (text) => tokenizer.encode(text).ids.length;
});

const hasData = (): boolean => config.evalData !== undefined && existsSync(config.evalData);
/** Made of whole entries, of which the last may be long. */
const WHOLE_SECTIONS = new Set(['structured']);
const NEEDS_PUBLIC_DATA = new Set(['ruler', 'babilong', 'squad']);

/** Where no single range holds all of an answer. */
const ELSEWHERE: Record<string, (question: EvalQuestion, gold: string) => boolean> = {
  vt: ({ answers }, gold) => answers.some((name) => gold.startsWith(`VAR ${name} = `)),
  qa1: ({ answers }, gold) => gold.includes(answers[0]!),
  qa2: (_, gold) => /^[A-Z][a-z]+ .*\.$/.test(gold), // two facts together say where a thing is
  qa3: (_, gold) => /^[A-Z][a-z]+ .*\.$/.test(gold),
  qa4: ({ answers }, gold) => gold.includes(answers[0]!),
  qa5: ({ answers }, gold) => gold.includes(answers[0]!),
};

describe.each(SUITES.map((entry) => ({ name: entry.suite.name, ...entry })))('$name', ({ name, suite, tasks }) => {
  const make = async (options: Partial<SuiteOptions> = {}): Promise<EvalDocument[]> => {
    const documents: EvalDocument[] = [];
    for await (const document of suite.documents({ numTokens: LENGTH, samples: 2, seed: 7, dataFolder, countTokens, say: () => {}, ...options })) documents.push(document);
    return documents;
  };

  test.skipIf(NEEDS_PUBLIC_DATA.has(name) && !hasData())('two questions of each task, ids that differ, gold ranges that hold the answers', { timeout: 300_000 }, async () => {
    const documents = await make();
    const questions = documents.flatMap((document) => document.questions);
    for (const task of tasks) expect(questions.filter((question) => question.task === task), task).toHaveLength(2);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    expect((await make()).map(({ bytes }) => bytes.toString())).toEqual(documents.map(({ bytes }) => bytes.toString()));
    expect((await make({ seed: 8 })).map(({ bytes }) => bytes.toString())).not.toEqual(documents.map(({ bytes }) => bytes.toString()));
    for (const { bytes, mediaType, name: file, questions: asked } of documents) {
      const { text } = await extractDocument(bytes, { mediaType: mediaType!, name: file }, DEFAULT_EXTRACT_LIMITS);
      expect(countTokens(text) / LENGTH, file).toBeGreaterThan(0.9);
      expect(countTokens(text) / LENGTH, file).toBeLessThan(WHOLE_SECTIONS.has(name) ? 1.15 : 1.06);
      const characters = [...text];
      for (const question of asked) {
        for (const { start, end } of question.gold) {
          const gold = characters.slice(start, end).join('');
          const holds = ELSEWHERE[question.task]?.(question, gold) ?? question.answers.some((answer) => gold.includes(answer));
          expect(holds, `${question.id}: ${gold} for ${question.answers.join(', ')}`).toBe(true);
        }
        if (question.answerable === false) expect(question.gold).toEqual([]);
        else if (question.goldPassage !== undefined && question.task !== 'qa3') {
          const held = question.answers.filter((answer) => question.goldPassage!.includes(answer)).length;
          expect(held, question.id).toBeGreaterThanOrEqual(question.judge === 'all' ? question.answers.length : 1);
        }
      }
    }
  });
});

test.skipIf(!hasData())('questions over paragraphs are the same at every length from 8,192 tokens on', async () => {
  const { suite } = SUITES.find((entry) => entry.suite.name === 'squad')!;
  const asked = async (numTokens: number): Promise<string[]> => {
    const questions: EvalQuestion[] = [];
    for await (const document of suite.documents({ numTokens, samples: 20, seed: 1, dataFolder, countTokens, say: () => {} })) questions.push(...document.questions);
    return questions.map(({ id, question }) => `${id} ${question}`);
  };
  expect(await asked(60_000)).toEqual(await asked(9_000));
});

test('planted facts of a seed are those that earlier figures were measured with; more of them begin with the same', () => {
  const hash = createHash('sha256').update(JSON.stringify(makeFacts(40, createRandom(1)))).digest('hex');
  expect(hash).toBe('079d1e88c7010dec2ed1ab2845f13b4c11deca0da3e23f7898abc65018e6a7c5');
  const many = makeFacts(200, createRandom(1));
  expect(many.slice(0, 40)).toEqual(makeFacts(40, createRandom(1)));
  expect(new Set(many.map(({ question }) => question)).size).toBe(200);
});

test('bAbI: a question knows the facts before it and which of them answer, also between pipes', () => {
  const items = parseBabi('1 John went to the hallway.\n2 Where is John? |hallway|1\n3 John got the milk.\n4 Where is the milk? \thallway\t3 1\n1 Mary left.\n2 Who left?\tMary\t1\n');
  expect(items).toEqual([
    { facts: ['John went to the hallway.'], question: 'Where is John?', answer: 'hallway', supporting: [0] },
    { facts: ['John went to the hallway.', 'John got the milk.'], question: 'Where is the milk?', answer: 'hallway', supporting: [1, 0] },
    { facts: ['Mary left.'], question: 'Who left?', answer: 'Mary', supporting: [0] },
  ]);
});
