// The paraphrase suite's documents: facts stand where the gold ranges say, what is absent is absent. On a small text instead of the novel.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvalDocument, SuiteOptions } from '../src/eval/contract.ts';
import { paraphrase } from '../src/eval/suites/paraphrase/index.ts';
import { PAIRS } from '../src/eval/suites/paraphrase/pairs/index.ts';

let dataFolder: string;
beforeAll(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'lectern-eval-'));
  writeFileSync(join(dataFolder, 'moby-dick.txt'), Array.from({ length: 3000 }, (_, i) => `${i % 10 === 0 ? `CHAPTER ${i}. The Day.\n\n` : ''}It was day ${i} of the voyage 😀. The men went about their work as on other days.\n\n`).join(''));
});
afterAll(() => rmSync(dataFolder, { recursive: true }));

async function documents(options: Partial<SuiteOptions>): Promise<EvalDocument[]> {
  const list: EvalDocument[] = [];
  for await (const document of paraphrase.documents({ numTokens: 8_000, samples: 120, seed: 1, dataFolder, countTokens: (text) => Math.ceil(text.length / 4), say: () => undefined, ...options })) list.push(document);
  return list;
}

test('as many questions as samples; the gold range holds the answer, the passage holds its sentence', async () => {
  const [document, ...more] = await documents({ numTokens: 16_000 });
  expect(more).toEqual([]);
  const text = [...(document as EvalDocument).bytes.toString('utf8')];
  const present = (document as EvalDocument).questions.filter(({ task }) => task === 'paraphrase');
  expect(present).toHaveLength(120);
  for (const { question, answers, gold, goldPassage } of present) {
    const [sentence] = PAIRS.find(([, asked]) => asked === question) as [string, string, string];
    expect(gold.map(({ start, end }) => text.slice(start, end).join(''))).toEqual(answers);
    expect(goldPassage).toContain(sentence);
  }
});

test('no fact stands in a heading', async () => {
  const text = (await documents({})).map(({ bytes }) => bytes.toString('utf8')).join('\n');
  expect(text.match(/^CHAPTER .*$/gmu)?.filter((line) => !/^CHAPTER \d+\. The Day\.$/u.test(line))).toEqual([]);
});

test('questions about facts that were not planted are unanswerable', async () => {
  const [{ bytes, questions }] = await documents({ numTokens: 16_000 }) as [EvalDocument];
  const absent = questions.filter(({ task }) => task === 'paraphrase_absent');
  expect(absent).toHaveLength(PAIRS.length - 120);
  for (const { question, gold, answerable } of absent) {
    expect({ gold, answerable }).toEqual({ gold: [], answerable: false });
    const [sentence] = PAIRS.find(([, asked]) => asked === question) as [string, string, string];
    expect(bytes.toString('utf8')).not.toContain(sentence);
  }
});

test('documents have about the tokens asked for, whatever is planted; another seed gives another one, the same seed the same', async () => {
  const [a, b, c] = [await documents({ seed: 1 }), await documents({ seed: 1 }), await documents({ seed: 2 })];
  expect(a).toEqual(b);
  expect((a[0] as EvalDocument).bytes.equals((c[0] as EvalDocument).bytes)).toBe(false);
  expect((a[0] as EvalDocument).bytes.toString('utf8').length / 4 / 8_000).toBeCloseTo(1, 1);
});

test('more samples than one text takes: several documents, every id once', async () => {
  const list = await documents({ numTokens: 2_000, samples: 60 });
  expect(list.length).toBeGreaterThan(1);
  const ids = list.flatMap(({ questions }) => questions.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(list.flatMap(({ questions }) => questions).filter(({ task }) => task === 'paraphrase')).toHaveLength(60);
});
