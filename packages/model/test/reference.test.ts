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

describe('control', () => {
  const control = () => new Int32Array(new SharedArrayBuffer(8));

  it('a cancelled pass throws JOB_CANCELLED and leaves the context as it was', async () => {
    const context = transformer.context([], 30);
    await forward(context, tokens(5));
    const cancelled = control();
    cancelled[0] = 1;
    await expect(async () => forward(context, tokens(5), { control: cancelled })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(context.numTokens).toBe(5);
    const fresh = transformer.context([], 30);
    await forward(fresh, tokens(5));
    expectClose((await forward(context, tokens(5), { logits: 'last' })).logits, (await forward(fresh, tokens(5), { logits: 'last' })).logits);
  });

  it('progress reaches 1,000', async () => {
    const progress = control();
    await forward(transformer.context([], 30), tokens(5), { control: progress });
    expect(progress[1]).toBe(1000);
  });
});

describe('refusals', () => {
  it('more tokens than the capacity', async () => {
    await expect(async () => forward(transformer.context([], 4), tokens(5))).rejects.toMatchObject({ code: 'CONTEXT_TOO_LONG', details: { actual: 5, limit: 4 } });
    await expect(async () => transformer.generate(transformer.context([], 9), { tokens: tokens(5), maxTokens: 6, stopTokens: [] }))
      .rejects.toMatchObject({ code: 'CONTEXT_TOO_LONG' });
  });

  it('more positions than the trained window', async () => {
    await expect(async () => forward(transformer.context([], 2000), tokens(1025))).rejects.toMatchObject({ code: 'CONTEXT_TOO_LONG', details: { limit: 1024 } });
  });

  it('values of the stop layer, and going on after an early stop', async () => {
    const context = transformer.context([], 30);
    await forward(context, tokens(5), { untilLayer: 1 });
    expect(() => transformer.takeBlocks(context, 0, 5, [{ layer: 1, kvHead: 0 }], true)).toThrow(/values of layer 1/);
    await expect(async () => forward(context, tokens(5))).rejects.toThrow(/up to layer 1 only/);
    expect(() => transformer.context([{ kind: 'prefix', context }], 30)).toThrow(/up to layer 1 only/);
  });

  it('tokens outside the vocabulary, heads that are not there, foreign and disposed contexts', async () => {
    await expect(async () => forward(transformer.context([], 4), Int32Array.of(file.config.vocabSize))).rejects.toThrow(/token 64 of a vocabulary of 64/);
    await expect(async () => forward(transformer.context([], 4), tokens(1), { queries: [{ layer: 9, head: 0 }] })).rejects.toThrow(/layer 9/);
    const disposed = transformer.context([], 4);
    disposed.dispose();
    await expect(async () => forward(disposed, tokens(1))).rejects.toThrow(/disposed/);
  });

  it('stored blocks that lack a head or the values', async () => {
    const source = transformer.context([], 10);
    await forward(source, tokens(10));
    const heads = allKvHeads(transformer);
    const partial = transformer.takeBlocks(source, 0, 10, heads.slice(1), true);
    expect(() => transformer.context([{ kind: 'blocks', blocks: partial }], 4)).toThrow(/lack layer 0, KV head 0/);
    const keysOnly = transformer.takeBlocks(source, 0, 10, heads, false);
    expect(() => transformer.context([{ kind: 'blocks', blocks: keysOnly }], 4)).toThrow(/no values/);
  });
});

function copyOf(context: Context, capacity: number): Context {
  return transformer.context([{ kind: 'prefix', context }], capacity);
}
