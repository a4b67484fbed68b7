// Calibration on a tiny random model: the whole way in seconds. Its heads find nothing, and that is what it must say.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '@lectern/shared';
import type { ReaderContext } from '../src/contract.ts';
import { calibrate, type CalibrationStep } from '../src/calibrate/calibrate.ts';
import { makeExam } from '../src/calibrate/exam.ts';
import { goldBlocks } from '../src/calibrate/gold.ts';
import { readExam } from '../src/calibrate/recall.ts';
import { makeReferenceWork } from '../src/calibrate/reference-work.ts';
import { scoreHeads } from '../src/calibrate/score-heads.ts';
import { weighAttention } from '../src/calibrate/weigh-attention.ts';
import { find } from '../src/find/find.ts';
import { NullScores } from '../src/find/null-scores.ts';
import { questionPass } from '../src/find/question.ts';
import { scanReadings } from '../src/find/scan.ts';
import { storedSegments } from '../src/find/stored-parts.ts';
import { readDocument } from '../src/read-document.ts';
import type { Segment } from '../src/segment/format.ts';
import { errorOf } from './expect-error.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const SIZE = { numTokens: 3_000, numFacts: 4, numParagraphs: 1, numEntries: 3 };

let tiny: TinyReader;
beforeAll(async () => { tiny = await tinyReader(); });
afterAll(() => tiny.remove());

const countTokens = (text: string): number => tiny.ctx.model.tokenizer.encode(text).ids.length;

test('the score of a head, less what any question scores, is what the attention route gives with that head alone', async () => {
  const { ctx } = tiny;
  const retrieval = { heads: [{ layer: 1, head: 1, weight: 1 }], queryPosition: 300, floor: 1e-3 };
  const exam = makeExam('choose', SIZE, countTokens);
  const alone = { ...ctx, model: { ...ctx.model, retrieval } };
  const plan = await readExam(alone, exam, {});
  const questions = exam.questions.map(({ question }) => question).slice(0, 3);
  const [scored] = await scoreHeads(alone, plan, questions, { heads: retrieval.heads, positions: [300], floor: 1e-3 });
  const segments: Segment[] = [];
  for await (const parts of storedSegments.batches(ctx.blobs, plan.chunks.map((chunk) => chunk.segment))) segments.push(...parts.map((part) => part.value));
  for (const [i, question] of questions.entries()) {
    const { rankings } = await scanReadings(alone, [plan], question, ['attention']);
    const scores = Float64Array.from(scored.scores.subarray(i * plan.numBlocks, (i + 1) * plan.numBlocks));
    await new NullScores(alone, plan, plan.chunks).subtract(scores, plan.chunks, segments, (await questionPass(alone.model, question)).numVoting);
    const ours = Array.from(scores, (_, block) => block).sort((a, b) => scores[b] - scores[a] || a - b);
    expect(ours.slice(0, 20)).toEqual(rankings[0].blocks.slice(0, 20));
  }
});

test('the gold blocks are those that the answering sentence touches', async () => {
  const exam = makeExam('report', SIZE, countTokens);
  const plan = await readExam(tiny.ctx, exam, {});
  const gold = await goldBlocks(tiny.ctx, plan, exam.questions);
  const blockOf = (char: number): number => { // its tokens are bytes, its text is ASCII
    const chunk = plan.chunks.find(({ charStart, charEnd }) => char >= charStart && char < charEnd)!;
    return chunk.blockStart + Math.floor((char - chunk.charStart) / 64);
  };
  expect(gold).toEqual(exam.questions.map(({ startChar, endChar }) => ({ first: blockOf(startChar), last: blockOf(endChar - 1) })));
});

test('a reading made for other heads than the model has now is no use: it is reported as gone, and so read again', async () => {
  const { ctx } = tiny;
  const withHead = (layer: number) => ({ ...ctx, model: { ...ctx.model, retrieval: { heads: [{ layer, head: 0, weight: 1 }], queryPosition: 300, floor: 1e-3 } } });
  const plan = await readDocument(withHead(0), { bytes: Buffer.from('The key is under the mat. The mat is at the door.'), name: 'a.txt' });
  const options = { question: 'Where is the key?', top: 1 };
  const error = await errorOf(() => find(withHead(1), [plan], { ...options, routes: ['attention'] }));
  expect(error).toMatchObject({ code: 'BLOB_NOT_FOUND', details: { readingId: plan.readingId } });
  expect(error.message).toContain('holds keys of the heads 0.0, tiny finds with 1.0');
  expect((await find(withHead(1), [plan], { ...options, routes: ['bm25'] })).passages).toHaveLength(1); // words need no heads
});

test('attention is weighed on what the routes find; without it, what BM25 alone finds', async () => {
  const { ctx } = tiny;
  const exams = { choose: [makeReferenceWork('choose', 2)], report: [makeExam('report', { ...SIZE, numTokens: 500 }, countTokens), makeReferenceWork('report', 3)] };
  const steps: number[] = [];
  const { routes, present, choosing, reporting } = await weighAttention(ctx, { ...ctx.model.retrieval, attentionWeight: 0.7 }, exams, { read: {}, weigh: { onProgress: (done) => { steps.push(done); } } });
  expect([routes, present]).toEqual([['attention', 'bm25'], 0.7]);
  expect(choosing.map(({ weight, recall: { n } }) => [weight, n])).toEqual([0, 0.125, 0.25, 0.5, 0.7, 1, 2].map((weight) => [weight, 4]));
  expect(reporting.map(({ recall: { n } }) => n)).toEqual(Array(7).fill(4 + 6)); // of one paragraph, of three entries
  expect(steps).toHaveLength(14);
  let at8 = 0;
  for (const exam of exams.report) {
    const plan = await readExam(ctx, exam, {});
    for (const { kind, question, startChar, endChar } of exam.questions) {
      if (kind === 'fact') continue;
      const { passages } = await find(ctx, [plan], { question, routes: ['bm25'], top: 8 });
      if (passages.some((passage) => passage.startChar < endChar && passage.endChar > startChar)) at8++;
    }
  }
  expect(reporting[0].recall.at8).toBe(at8);
  expect(at8).toBeGreaterThan(0);
});

test('a reading is the same whatever attention weighs, and finding goes by the weight', async () => {
  const { ctx } = tiny;
  const weighing = (attentionWeight: number) => ({ ...ctx, model: { ...ctx.model, retrieval: { ...ctx.model.retrieval, attentionWeight } } });
  const exam = makeReferenceWork('choose', 2);
  const plan = await readExam(weighing(0.01), exam, {});
  expect(await readExam(weighing(50), exam, {})).toEqual(plan);
  const found = async (of: ReaderContext, routes: Route[]) => (await find(of, [plan], { question: exam.questions[0].question, routes, top: 3 })).passages.map(({ block }) => block);
  expect(await found(weighing(50), ['attention', 'bm25'])).toEqual(await found(ctx, ['attention']));
  expect(await found(weighing(0.01), ['attention', 'bm25'])).toEqual(await found(ctx, ['bm25']));
});

describe('calibrate', () => {
  test('a model without retrieval heads is refused with both numbers, after every head was tried', async () => {
    const steps = new Map<CalibrationStep, [number, number]>();
    const error = await errorOf(() => calibrate(tiny.ctx, { size: SIZE, onProgress: (step, done, total) => { steps.set(step, [done, total]); } }));
    expect(error.code).toBe('MODEL_UNSUPPORTED');
    expect(error.message).toMatch(/no head of .*tiny\.gguf finds: .* for \d+ of \d+ questions, chance does for .* Nothing was written/);
    expect([...steps.keys()].slice(0, 3)).toEqual(['read', 'all heads', 'positions']);
    expect([...steps.keys()]).not.toContain('answer');
    expect(steps.get('all heads')).toEqual([6, 6]); // 3 layers of 2 heads
  }, 60_000);

  test('a cancel stops it at once', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    const started = performance.now();
    const onProgress = (): void => { Atomics.store(control, 0, 1); };
    const { code } = await errorOf(() => calibrate({ ...tiny.ctx, tenant: 'cancelled' }, { size: SIZE, control, onProgress }));
    expect(code).toBe('JOB_CANCELLED');
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(readdirSync(tiny.folder)).toContain('blobs'); // the caller's to empty
  });
});
