// Rounds on a tiny random model: bounded work, stopping, cancelling, streaming and counting do not depend on what a model says.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnswerModel, ask, blobKeys, localReader, readDocument } from '../src/index.ts';
import type { AskArgs, AskResult, ReadingPlan } from '../src/contract.ts';
import { frequentWordsAsked, WordCounts } from '../src/rounds/exhaustive/frequent-words.ts';
import { errorOf } from './expect-error.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const NAMES = ['Ardmore', 'Brennick', 'Colvane', 'Dunmar', 'Elswick', 'Farrow', 'Glenby', 'Harwich'];
const filler = (n: number): string => `In the ${n}. week it rained, and nobody went out to look at the river. `.repeat(4);
const CHAIN = ['Box K-2 stands on box K-1.', 'Box K-3 stands on box K-2.', 'Box K-4 stands on box K-3.'];
const LOOP = ['The road from X-1 leads to X-2.', 'The road from X-2 leads to X-1.'];
const WIDE = Array.from({ length: 30 }, (_, i) => `Captain Varga saw island number ${100 + i}.`);
const TEXT = [...NAMES.map((name, i) => `The mill of ${name} was built in ${1700 + i}.`), ...CHAIN, ...LOOP, ...WIDE, 'Old Varga’s ship was lost.', 'Anna Pell took the lantern.', 'Anna Pell went to the kitchen.']
  .map((sentence, i) => `${filler(i)}${sentence} `).join('\n\n');

let tiny: TinyReader;
let plan: ReadingPlan;
let numAnswers = 0;
let afterAnswer: () => void = () => {};
/** The real reader, counted. */
let reader: AnswerModel;
beforeAll(async () => {
  tiny = await tinyReader();
  const real = localReader(tiny.ctx.model);
  reader = { ...real, answer: async (...args) => { numAnswers++; const generated = await real.answer(...args); afterAnswer(); return generated; } };
  plan = await readDocument(tiny.ctx, { bytes: Buffer.from(TEXT), name: 'text.txt' });
}, 120_000);
afterAll(() => tiny.remove());

/** Says what it is asked, so that only names taken from the sentences answer. */
const parrot = (): AnswerModel => ({ ...reader, answer: async ({ question }) => ({ text: question.replace('?', '.'), numTokens: 1, finishReason: 'stop' }) });

interface Asked { result: AskResult; streamed: string; numAnswers: number }
async function asked(args: AskArgs, by = reader): Promise<Asked> {
  numAnswers = 0;
  let streamed = '';
  const result = await ask({ ...tiny.ctx, reader: by }, [plan], { routes: ['bm25'], maxOutputTokens: 8, ...args, onDelta: (text) => { streamed += text; } });
  return { result, streamed, numAnswers };
}

const list = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const QUESTIONS = [
  'In what year was the mill of Ardmore built?', 'Where is the mill of Colvane?', `In what years were the mills of ${list(NAMES.slice(0, 3))} built?`,
  `In what years were the mills of ${list(NAMES)} built?`, 'Which is older, the mill of Ardmore or of Brennick?', 'Find all boxes that stand on box K-1.',
  'List all roads from X-1.', 'Which islands were all seen by Captain Varga?', 'Who?', 'What are all of these, Nobody and Nothing?',
];

test.each(QUESTIONS)('thorough is bounded, streams its answer, and quotes verbatim: %s', async (question) => {
  const once = await asked({ question });
  const { result, streamed, numAnswers: readings } = await asked({ question, effort: 'thorough' });
  const rounds = result.rounds ?? [];
  expect(once.result.rounds).toBeUndefined();
  expect(rounds.length).toBeGreaterThan(0);
  expect(readings).toBeLessThanOrEqual(5);
  expect(result.indexBytes / once.result.indexBytes).toBeLessThanOrEqual(5.01); // found five times at most
  expect(result.outputTokens).toBeLessThanOrEqual(5 * 8);
  expect(streamed).toBe(result.answer);
  const points = [...(await tiny.ctx.blobs.get(blobKeys.text(plan.documentId))).toString()];
  for (const { text, startChar, endChar } of rounds.flatMap(({ found }) => found)) expect(points.slice(startChar, endChar).join('')).toBe(text);
  expect(result.citations.length).toBeLessThanOrEqual(15);
});

describe('thorough', () => {
  test('asks about one thing at a time, and says what it did not ask', async () => {
    const { result } = await asked({ question: `In what years were the mills of ${list(NAMES)} built?`, effort: 'thorough' });
    expect(result.rounds?.map(({ found }) => found[0].text.trim().split(/[.\n] /u).at(-1))).toEqual(NAMES.slice(0, 5).map((name, i) => `The mill of ${name} was built in ${1700 + i}.`));
    expect(result.notes.join()).toContain('not asked about Farrow, Glenby, Harwich');
    expect(result.supported).toBe(false);
  });

  test('follows a chain to its end, and a ring once around', async () => {
    const chain = await asked({ question: 'Find all boxes that stand on box K-1.', effort: 'thorough' });
    expect(chain.result.answer).toMatch(/K-2.*K-3.*K-4/u);
    expect(chain.result.rounds).toHaveLength(3);
    expect(chain.result.supported).toBe(true);
    const ring = await asked({ question: 'List all roads from X-1.', effort: 'thorough' });
    expect(ring.result.rounds?.length).toBeLessThanOrEqual(3);
  });

  test('names of a sentence support an answer only where the sentence speaks of what is asked', async () => {
    const fits = await asked({ question: 'What were all the islands that Captain Varga saw?', effort: 'thorough' }, parrot());
    expect(fits.result.rounds?.length).toBeGreaterThan(1);
    expect(fits.result.answer).toMatch(/^1\d\d; 1\d\d/u);
    expect(fits.result).toMatchObject({ supported: true, rounds: fits.result.rounds?.map(() => ({ supported: true })) });
    const aside = await asked({ question: 'What were all the favourite summer colours of painters that Captain Varga liked?', effort: 'thorough' }, parrot());
    expect(aside.result.answer).toMatch(/^1\d\d; 1\d\d/u);
    expect(aside.result).toMatchObject({ supported: false, rounds: aside.result.rounds?.map(() => ({ supported: false })) });
  });

  test('a link of a chain is supported only where its sentence speaks of its own question', async () => {
    const { result } = await asked({ question: 'Find all heavy wooden painted objects kept warm beside K-1.', effort: 'thorough' });
    expect(result.answer).toMatch(/K-2.*K-3.*K-4/u);
    expect(result).toMatchObject({ supported: false, rounds: [{ supported: false }, { supported: false }, { supported: false }] });
  });

  test('what stands in for an answer, and what led to it, must speak of what was asked', async () => {
    const near = await asked({ question: 'Where is the lantern?', effort: 'thorough' }, parrot());
    expect(near.result).toMatchObject({ answer: 'Anna Pell went to the kitchen.', supported: true });
    const far = await asked({ question: 'Where is the heavy iron lantern?', effort: 'thorough' }, parrot());
    expect(far.result).toMatchObject({ answer: 'Anna Pell went to the kitchen.', supported: false });
  });

  test('a choice that was not made is not supported', async () => {
    const undecided: AnswerModel = { ...reader, reads: 'passages', answer: async () => ({ text: 'One mill was built in 1700.', numTokens: 1, finishReason: 'stop' }) };
    for (const by of [reader, undecided]) {
      const { result } = await asked({ question: 'Which mill was built first, Ardmore or Brennick?', effort: 'thorough' }, by);
      expect(result.answer).toMatch(/^Ardmore: .*The mill of Ardmore was built in 1700. Brennick: .*The mill of Brennick was built in 1701.$/u);
      expect(result.supported).toBe(false);
      expect(result.rounds?.some(({ supported }) => supported === true)).toBe(false);
    }
  });

  test('ends between rounds when it is cancelled', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    afterAnswer = () => { Atomics.store(control, 0, 1); };
    try {
      const error = await errorOf(() => asked({ question: `In what years were the mills of ${list(NAMES)} built?`, effort: 'thorough', control }));
      expect(error.code).toBe('JOB_CANCELLED');
      expect(numAnswers).toBe(1);
    } finally {
      afterAnswer = () => {};
    }
  });
});

describe('exhaustive', () => {
  test('counts every sentence that holds a name, and every mention', async () => {
    const { result, numAnswers: readings, streamed } = await asked({ question: 'How many times is Varga mentioned?', effort: 'exhaustive' });
    expect(result.answer).toBe('31 times, in 31 sentences: "Varga"');
    expect(result.citations).toHaveLength(31);
    expect(result).toMatchObject({ supported: true });
    expect([readings, streamed]).toEqual([0, result.answer]);
  });

  test('reads a bounded number of them for a list, and says so', async () => {
    const { result, numAnswers: readings } = await asked({ question: 'List all islands that Captain Varga saw.', effort: 'exhaustive' });
    expect(readings).toBe(20);
    expect(result.rounds).toHaveLength(20);
    expect(result.notes.join()).toContain('30 sentences match, 20 of them were read');
  });

  test.each([
    ['How many times is Varga mentioned?', true], ['Which word occurs most often?', true], ['How many islands did Captain Varga see?', false],
  ])('one round says that it does not count: %s', async (question, isToCount) => {
    const { result } = await asked({ question });
    expect(result.notes.some((note) => note.includes('exhaustive'))).toBe(isToCount);
  });

  test.each(['thorough', 'exhaustive'] as const)('counts the words of all sentences where the most frequent ones are asked for (%s)', async (effort) => {
    const { result, numAnswers: readings, streamed } = await asked({ question: 'What are the 4 most common words of the text?', effort });
    const numWeeks = TEXT.match(/\bweek\b/g)!.length;
    expect(result.answer).toBe(`went (${numWeeks + 1}), week (${numWeeks}), rained (${numWeeks}), nobody (${numWeeks})`);
    expect([readings, streamed, result.supported]).toEqual([0, result.answer, false]);
    expect(result.citations.map(({ text }) => text)).toEqual([`${filler(0).split('. ', 2).join('. ')}.`]);
    expect(result.notes.join()).toContain('only join others');
  });

  test('answers from the best passages when nothing holds the words', async () => {
    const { result } = await asked({ question: 'How many times is Zanzibar mentioned?', effort: 'exhaustive' });
    expect(result.notes.join()).toContain('no sentence holds "Zanzibar"');
  });
});

test('which questions ask for the most frequent words', () => {
  const asked: Array<[string, number | undefined]> = [
    ['What are the 10 most common words in the above list?', 10], ['What are the three most frequently appeared words in the above coded text?', 3],
    ['Which word occurs most often?', 1], ['Name the five words that are used most frequently.', 5], ['Which words appear most often?', 10],
    ['What are the most frequent words?', 10], ['List the 900 most used words.', 50], ['What are the 0 most used words?', 1],
    ['What is the most common word for snow?', undefined], ['Which ship is mentioned most often?', undefined], ['What is the most common cause of fever?', undefined],
  ];
  for (const [question, n] of asked) expect([question, frequentWordsAsked(question)]).toEqual([question, n]);
});

test('more different words than there is room for: the frequent ones stay, and how wrong their counts may be is known', () => {
  const words = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 'anchor' : i % 3 === 1 ? `rare${i}x` : i % 2 === 0 ? 'Brig' : `odd${i}y`));
  const exact = new WordCounts();
  const bounded = new WordCounts(20);
  for (const word of words) for (const counts of [exact, bounded]) counts.add({ text: `The ${word}.` });
  expect([exact.low, exact.most(2)]).toEqual([0, [{ word: 'anchor', count: 1000 }, { word: 'brig', count: 500 }]]);
  expect(bounded.low).toBeGreaterThan(0);
  expect(bounded.most(2).map(({ word }) => word)).toEqual(['anchor', 'brig']);
  for (const [i, { count }] of bounded.most(2).entries()) {
    expect(count).toBeLessThanOrEqual([1000, 500][i]!);
    expect(count + bounded.low).toBeGreaterThanOrEqual([1000, 500][i]!);
  }
});

test('another effort is refused', async () => {
  expect((await errorOf(() => asked({ question: 'Who?', effort: 'utmost' as never }))).code).toBe('VALIDATION');
});
