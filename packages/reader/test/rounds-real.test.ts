// Rounds with the default model's own weights: what one round cannot answer, several do.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFsBlobStore } from '@lectern/shared';
import { ask, loadReaderModel, readDocument } from '../src/index.ts';
import type { ReaderContext, ReadingPlan } from '../src/contract.ts';

const DOM_TYPES = readFileSync(join(dirname(createRequire(import.meta.url).resolve('typescript')), 'lib.dom.d.ts'), 'utf8');
const PROSE = DOM_TYPES.slice(0, 300_000).split('\n').filter((line) => /^\s+\* [A-Z].{60,}\.$/.test(line)).map((line) => line.trim().slice(2));

const FACTS = [
  'The locker of the widow Ottilie Marsh opens with the number 4471.', 'The locker of the carpenter Hamid Voss opens with the number 9038.',
  'The locker of the sailor Bruno Quill opens with the number 2256.', 'The locker of the teacher Zelda Ibsen opens with the number 6713.',
  'The keeper of Dunmarrow owns the dog Pickles.', 'The keeper of Dunmarrow owns the dog Bramble.', 'The keeper of Dunmarrow owns the dog Juniper.',
];
/** Each answered in full by every one of the answers. */
const QUESTIONS = [
  { question: 'With what numbers do the lockers of Ottilie Marsh, Hamid Voss and Bruno Quill open?', answers: ['4471', '9038', '2256'] },
  { question: 'With what numbers do the lockers of Zelda Ibsen and Hamid Voss open?', answers: ['6713', '9038'] },
  { question: 'What are the names of all dogs that the keeper of Dunmarrow owns?', answers: ['Pickles', 'Bramble', 'Juniper'] },
];

let folder: string;
let ctx: ReaderContext;
let plan: ReadingPlan;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-rounds-'));
  const model = await loadReaderModel('smollm2-135m-instruct', { home: process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern'), numThreads: 2, engines: ['native'] });
  ctx = { blobs: createFsBlobStore(folder), model, tenant: 'tests' };
  const text = FACTS.map((fact, i) => `${PROSE.slice(6 * i, 6 * i + 3).join(' ')} ${fact} ${PROSE.slice(6 * i + 3, 6 * i + 6).join(' ')}`).join('\n\n');
  plan = await readDocument(ctx, { bytes: Buffer.from(text), name: 'notes.txt' });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('thorough answers questions about several things that normal answers in part', async () => {
  const score = async (effort: 'normal' | 'thorough'): Promise<number[]> => {
    const scores: number[] = [];
    for (const { question, answers } of QUESTIONS) {
      const { answer = '' } = await ask(ctx, [plan], { question, effort, routes: ['attention', 'bm25'], maxOutputTokens: 40 });
      scores.push(answers.filter((expected) => answer.includes(expected)).length / answers.length);
    }
    return scores;
  };
  const [normal, thorough] = [await score('normal'), await score('thorough')];
  const whole = (scores: readonly number[]): number => scores.filter((value) => value === 1).length;
  expect(whole(thorough), `thorough ${thorough.join(' ')}`).toBeGreaterThanOrEqual(2);
  expect(whole(thorough), `normal ${normal.join(' ')}`).toBeGreaterThan(whole(normal));
  for (const [i, value] of thorough.entries()) expect(value, QUESTIONS[i].question).toBeGreaterThanOrEqual(normal[i]);
}, 300_000);
