// Null scores: what a block scores whatever is asked is taken off, once for each block and trail.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Chunk, ReadingPlan } from '../src/contract.ts';
import { scoreSegments } from '../src/find/attention-route.ts';
import { NULL_QUESTIONS, NullScores } from '../src/find/null-scores.ts';
import { questionPass } from '../src/find/question.ts';
import { scanTrails } from '../src/find/scan-trails.ts';
import { storedSegments } from '../src/find/stored-parts.ts';
import { readDocument } from '../src/read-document.ts';
import type { Segment } from '../src/segment/format.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const TEXT = Array.from({ length: 30 }, (_, i) => `Line ${i} of the chronicle says that the harbour was quiet.`).join('\n');
let reader: TinyReader;
let plan: ReadingPlan;
let segments: Segment[];
beforeAll(async () => {
  reader = await tinyReader();
  plan = await read('# One\n\n');
  segments = await segmentsOf(plan.chunks);
});
afterAll(() => reader.remove());

const read = (heading: string): Promise<ReadingPlan> => readDocument(reader.ctx, { bytes: Buffer.from(`${heading}${TEXT}`), name: 'a.md' });

async function segmentsOf(chunks: readonly Chunk[]): Promise<Segment[]> {
  const list: Segment[] = [];
  for await (const parts of storedSegments.batches(reader.ctx.blobs, chunks.map(({ segment }) => segment))) list.push(...parts.map(({ value }) => value));
  return list;
}

async function scored(question: string, of = plan): Promise<{ scores: Float64Array; numVoting: number }> {
  const { model } = reader.ctx;
  const pass = await questionPass(model, question);
  const { mass } = await scanTrails(reader.ctx, of, of.chunks, pass, undefined);
  const trails = Int32Array.from(of.chunks.flatMap((chunk) => chunk.trails));
  return { scores: await scoreSegments(model.attention, pass, await segmentsOf(of.chunks), trails, mass, model.retrieval.floor), numVoting: pass.numVoting };
}

test('over the words of all null questions, what is left of a block is nothing', async () => {
  const left = new Float64Array(plan.numBlocks);
  let largest = 0;
  for (const question of NULL_QUESTIONS) {
    const { scores, numVoting } = await scored(question);
    largest = Math.max(largest, ...scores.map(Math.abs));
    await new NullScores(reader.ctx, plan, plan.chunks).subtract(scores, plan.chunks, segments, numVoting);
    scores.forEach((score, block) => { left[block] += score; });
  }
  expect(largest).toBeGreaterThan(1);
  for (const value of left) expect(Math.abs(value)).toBeLessThan(1e-3);
});

test('a part of the chunks gives what all give, and a second question what the first gave', async () => {
  const { scores, numVoting } = await scored('Who kept the harbour?');
  const [all, again, parts] = [scores.slice(), scores.slice(), scores.slice()];
  await new NullScores(reader.ctx, plan, plan.chunks).subtract(all, plan.chunks, segments, numVoting);
  await new NullScores(reader.ctx, plan, plan.chunks).subtract(again, plan.chunks, segments, numVoting);
  for (const [i, chunk] of plan.chunks.entries()) {
    await new NullScores(reader.ctx, plan, [chunk]).subtract(parts.subarray(chunk.blockStart, chunk.blockStart + chunk.numBlocks), [chunk], [segments[i] as Segment], numVoting);
  }
  expect(again).toEqual(all);
  expect(parts).toEqual(all);
  expect(all).not.toEqual(scores);
});

test('the same blocks under another heading have another null score', async () => {
  const { numBlocks, chunks } = plan;
  const other: ReadingPlan = { ...plan, chunks: chunks.map((chunk) => ({ ...chunk, trails: chunk.trails.map(() => -1) })) };
  const under = new Float64Array(numBlocks);
  const without = new Float64Array(numBlocks);
  await new NullScores(reader.ctx, plan, chunks).subtract(under, chunks, segments, 1);
  await new NullScores(reader.ctx, other, other.chunks).subtract(without, other.chunks, segments, 1);
  expect(plan.trails.length).toBeGreaterThan(0);
  for (let block = 0; block < numBlocks; block++) expect(without[block]).not.toBe(under[block]);
});
