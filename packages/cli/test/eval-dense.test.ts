// Mode dense: the whole document in the model's own window, or a refusal that says how much is needed; nothing is found.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localReader } from '@lectern/reader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TinyReader, tinyReader } from '../../reader/test/tiny-reader.ts';
import type { EvalDocument, EvalQuestion, Suite } from '../src/eval/contract.ts';
import { settingsOf } from '../src/eval/options.ts';
import { writeReport } from '../src/eval/report/write.ts';
import { denseSubject } from '../src/eval/run/dense-subject.ts';
import { outcomeSchema } from '../src/eval/run/outcome.ts';
import { runEvaluation } from '../src/eval/run/run.ts';

let reader: TinyReader;
let folder: string;
beforeAll(async () => { reader = await tinyReader(); folder = mkdtempSync(join(tmpdir(), 'lectern-dense-')); });
afterAll(() => { reader.remove(); rmSync(folder, { recursive: true }); });

const question = (id: string, task: string): EvalQuestion => ({ id, task, question: 'Where is the key?', answers: ['the mat'], judge: 'any', gold: [{ start: 0, end: 7 }], goldPassage: 'The key is under the mat.' });
const documentOf = (name: string, numTimes: number, questions: EvalQuestion[]): EvalDocument => ({ name, bytes: Buffer.from('The key is under the mat. '.repeat(numTimes)), mediaType: 'text/plain', questions });
const suite: Suite = {
  name: 'planted', summary: 's', licence: 'l',
  async *documents() { // the tiny model's tokens are bytes, its window has 2,048
    yield documentOf('short', 10, [question('a', 'planted'), question('other', 'unwanted')]);
    yield documentOf('long', 100, [question('b', 'planted')]);
  },
};

test('answers what fits, refuses what does not, and leaves out tasks that are not wanted', async () => {
  const { model } = reader.ctx;
  const settings = settingsOf(['planted'], { mode: 'dense', lengths: [1000], samples: 2, tasks: ['planted'], maxTokens: 8 }, { id: 'tiny', sha256: 'f' }, 'none', undefined);
  const said: string[] = [];
  const entries = [{ suite, tasks: ['planted'], judge: () => 1 }];
  const outcomes = await runEvaluation(denseSubject(model, 8), { entries, settings, folder, dataFolder: folder, signal: new AbortController().signal, say: (line) => said.push(line), countTokens: (text) => text.length });
  expect(outcomes.map(({ id, ranks }) => [id, ranks])).toEqual([['a', undefined], ['b', undefined]]);
  const [short, long] = outcomes.map((outcome) => outcomeSchema.parse(outcome));
  expect(short!.answered).toMatchObject({ score: 1, quoted: 0 });
  const prompt = { question: 'Where is the key?', passages: [{ text: 'The key is under the mat. '.repeat(10), trail: [] }] };
  expect(short!.answered!.answer).toBe((await localReader(model).answer(prompt, { maxOutputTokens: 8 })).text);
  expect(long!.answered).toBeUndefined();
  expect(long!.refused).toMatch(/^the whole document with its question and answer needs 2\d{3} tokens, the reader's window has 2048$/);
  expect(said.join('\n')).toContain(`long: ${long!.refused}`);
  expect(long!.ceiling).toBeDefined();
  const { markdown } = writeReport(folder, outcomes, settings, entries);
  expect(markdown).toContain('nothing is looked for');
  expect(markdown).toMatch(/does not fit the model's window:\n\n\| task \| tokens \| n \|\n.*\n\| planted \| 1,000 \| 1 \|/);
});
