// What the specification promises by itself: the same answer however the work is cut up, and clear refusals.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReferenceTransformer } from '../src/reference/transformer.ts';
import type { Context, ModelFile, Transformer, Want } from '../src/contract.ts';
import { allHeads, allKvHeads, CASES } from './conformance-cases.ts';
import { randomTokens, TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

let file: ModelFile;
let remove: () => void;
let transformer: Transformer;
const tokens = (count: number, seed = 0) => randomTokens(count, file.config.vocabSize, seed);
const forward = async (context: Context, input: Int32Array, want: Want = {}) => (await transformer.forward([{ context, tokens: input }], want))[0];

beforeAll(async () => {
  ({ file, remove } = await writeTinyModel(TINY_SHAPES['GQA group 2, headDim 32'], 7));
  transformer = await createReferenceTransformer(file, { numThreads: 1 });
});
afterAll(() => {
  transformer.dispose();
  remove();
});

function expectClose(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  const largest = expected!.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  expect(actual!.length).toBe(expected!.length);
  for (const [i, x] of actual!.entries()) expect(Math.abs(x - expected![i])).toBeLessThan(1e-5 * largest);
}

describe('the same answer however the work is cut up', () => {
  it('one call, three calls, a prefix, or a batch', async () => {
    const whole = await forward(transformer.context([], 90), tokens(90), { logits: 'last' });
    const inParts = transformer.context([], 90);
    await forward(inParts, tokens(90).subarray(0, 50));
    const prefix = transformer.context([], 50);
    await forward(prefix, tokens(90).subarray(0, 50));
    const behindPrefix = transformer.context([{ kind: 'prefix', context: prefix }], 90);
    const batch = await transformer.forward(
      [{ context: inParts, tokens: tokens(90).subarray(50) }, { context: behindPrefix, tokens: tokens(90).subarray(50) }], { logits: 'last' },
    );
    for (const { logits } of batch) expectClose(logits, whole.logits);
  });

  it('stored blocks replayed where they were read', async () => {
    const source = transformer.context([], 120);
    await forward(source, tokens(120));
    const expected = await forward(copyOf(source, 140), tokens(9, 1), { logits: 'all' });
    const stored = transformer.takeBlocks(source, 0, 120, allKvHeads(transformer), true);
    const replayed = transformer.context([{ kind: 'blocks', blocks: stored }], 20);
    expect([replayed.length, replayed.numTokens]).toEqual([120, 0]);
    expectClose((await forward(replayed, tokens(9, 1), { logits: 'all' })).logits, expected.logits);
  });

  it('generate is forward and the largest logit, again and again', async () => {
    const { tokens: generated, finishReason } = await transformer.generate(transformer.context([], 40), { tokens: tokens(10), maxTokens: 6, stopTokens: [] });
    const context = transformer.context([], 40);
    let input = tokens(10);
    for (const token of generated) {
      const { logits } = await forward(context, input, { logits: 'last' });
      expect(logits!.indexOf(Math.max(...logits!))).toBe(token);
      input = Int32Array.of(token);
    }
    expect(finishReason).toBe('length');
  });

  it('queries and keys of an early-stopped pass are those of a whole one', async () => {
    const [stopped, whole] = [transformer.context([], 30), transformer.context([], 30)];
    const queries = allHeads(transformer);
    expectClose((await forward(stopped, tokens(30), { untilLayer: 1, queries })).queries, (await forward(whole, tokens(30), { queries })).queries);
    const keys = (context: Context) => transformer.takeBlocks(context, 0, 30, allKvHeads(transformer), false).keys;
    expect(keys(stopped)).toEqual(keys(whole));
  });
});

it('sampling with a seed repeats itself, another seed differs, and a tiny nucleus is greedy', async () => {
  const run = async (options: { temperature?: number; topP?: number; seed?: number }) =>
    [...(await transformer.generate(transformer.context([], 40), { tokens: tokens(10), maxTokens: 12, stopTokens: [], ...options })).tokens];
  const sampled = await run({ temperature: 2, seed: 1 });
  expect(await run({ temperature: 2, seed: 1 })).toEqual(sampled);
  expect(await run({ temperature: 2, seed: 2 })).not.toEqual(sampled);
  expect(await run({ temperature: 2, topP: 1e-9, seed: 1 })).toEqual(await run({}));
});

it('every case of the conformance table gives numbers, and its sparse cases leave blocks out', async () => {
  for (const { name, run } of CASES) {
    const outcome = await run(transformer);
    for (const values of Object.values(outcome)) expect([...values].every(Number.isFinite), name).toBe(true);
    if (name.startsWith('sparse')) expect(outcome['mass'][0], name).toBeLessThan(0.999);
  }
});

it('a refusal says what was found and the limit', async () => {
  await expect(async () => forward(transformer.context([], 4), tokens(5))).rejects.toMatchObject({ details: { actual: 5, limit: 4 } });
  await expect(async () => forward(transformer.context([], 2000), tokens(1025))).rejects.toMatchObject({ details: { actual: 1025, limit: 1024 } });
  await expect(async () => forward(transformer.context([], 4), Int32Array.of(64))).rejects.toThrow(/token 64 of a vocabulary of 64/);
});

function copyOf(context: Context, capacity: number): Context {
  return transformer.context([{ kind: 'prefix', context }], capacity);
}
