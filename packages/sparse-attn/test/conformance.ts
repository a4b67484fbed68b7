// Runs the case table over one engine. Tolerance is flash-attention's rule: the engine may be at most TWICE as far from the float64
// specification as plain float32 loops are, plus TINY: a few float32 roundings of the largest number involved.
import { describe, expect, it } from 'vitest';
import { addBlockScores, type AttentionEngine, type BlockLseArgs, blockLseParts, type BlockLsePartsArgs, dotParts } from '../src/index.ts';
import { createReferenceAttention } from '../src/reference/attention.ts';
import { ATTEND_CASES, BLOCK_LSE_CASES } from './cases.ts';
import { DOT_CASES, dotsOf } from './dot-cases.ts';
import { attendFloat32, blockLseFloat32 } from './float32.ts';

const FACTOR = 2;
const TINY = 4 * 2 ** -23;
/** The yardstick itself must be good: a mistake in it would forgive everything. Of the largest number involved. */
const MAX_FLOAT32_ERROR = 3e-4;

const reference = createReferenceAttention();

export function describeConformance(title: string, engine: () => AttentionEngine): void {
  describe(`${title}: attend`, () => {
    it.each(ATTEND_CASES)('$name', async ({ args }) => {
      const expected = await reference.attend(args);
      const float32 = attendFloat32(args);
      const actual = await engine().attend(args);
      expectClose(actual.out, expected.out, float32.out);
      expectClose(actual.lse, expected.lse, float32.lse);
    });
  });

  describe(`${title}: blockLse`, () => {
    it.each(BLOCK_LSE_CASES)('$name', async ({ args }) => {
      expectClose(await engine().blockLse(args), await reference.blockLse(args), blockLseFloat32(args));
    });
  });

  describe(`${title}: blockLseParts`, () => {
    it.each(BLOCK_LSE_CASES)('$name', async ({ args }) => {
      const actual = await blockLseParts(engine(), { ...args, parts: inParts(args) });
      expectClose(actual, await reference.blockLse(args), blockLseFloat32(args), queryRounding(args));
    });
  });

  describe(`${title}: addBlockScores`, () => {
    it.each(BLOCK_LSE_CASES.filter(({ args }) => args.q.length > 0))('$name', async ({ args }) => {
      const numQueries = args.q.length / args.headDim;
      const numBlocks = args.blockStarts.length - 1;
      const lse = await reference.blockLse(args);
      const head = {
        // Words that find what they look for, too much, and nothing.
        z: Float32Array.from({ length: numQueries }, (_, i) => (Number.isFinite(lse[i]) ? lse[i] : 0) + [0, -9, 30][i % 3]),
        extra: Float32Array.from({ length: 2 * numQueries }, (_, i) => i / 10),
        weight: 0.5, q: args.q,
      };
      const expected = new Float64Array(numBlocks).fill(1);
      const rest = {
        extraOf: Int32Array.from({ length: numBlocks }, (_, b) => (b % 3) - 1), floor: 1e-3, headDim: args.headDim,
        softmaxScale: args.softmaxScale ?? 1 / Math.sqrt(args.headDim),
      };
      await addBlockScores(reference, { ...rest, heads: [{ ...head, kvHead: 0 }], parts: [args], scores: expected });
      const actual = new Float64Array(numBlocks).fill(1);
      await addBlockScores(engine(), { ...rest, heads: [{ ...head, kvHead: 0 }], parts: inParts(args), scores: actual });
      // Two heads are one after the other, whichever of the stored ones they are.
      const both = new Float64Array(numBlocks).fill(1);
      const twice = inParts(args).map((part) => ({ ...part, keys: joined(Int8Array, part.keys), keyScales: joined(Float32Array, part.keyScales) }));
      await addBlockScores(engine(), { ...rest, heads: [{ ...head, kvHead: 1 }, { ...head, kvHead: 0 }], parts: twice, scores: both });
      await addBlockScores(engine(), { ...rest, heads: [{ ...head, kvHead: 0 }], parts: inParts(args), scores: actual });
      expect(both).toEqual(actual);
      // A score moves by no more than its log-sum-exps, each of numQueries, times the weight.
      await addBlockScores(reference, { ...rest, heads: [{ ...head, kvHead: 0 }], parts: [args], scores: expected });
      const largest = Math.max(1, ...lse.filter(Number.isFinite).map(Math.abs));
      const allowed = 2 * 0.5 * numQueries * (MAX_FLOAT32_ERROR * largest + queryRounding(args));
      for (let b = 0; b < numBlocks; b++) expect(Math.abs(actual[b] - expected[b])).toBeLessThanOrEqual(allowed);
    });
  });

  describe(`${title}: dotParts`, () => {
    it.each(DOT_CASES)('$name', async ({ args }) => {
      const expected = dotsOf(args);
      const exact = await dotParts({}, args); // plain loops
      expect(exact).toHaveLength(expected.dots.length);
      for (const [i, dot] of exact.entries()) expect(Math.abs(dot - expected.dots[i]!)).toBeLessThanOrEqual(1.001 * expected.mayDiffer[i]!);
      expect(await dotParts(engine(), args)).toEqual(engine().dotParts === undefined ? exact : Float64Array.from(expected.dots));
    });
  });

  it(`${title}: the same call gives the same bits`, async () => {
    const { args } = ATTEND_CASES.find(({ name }) => name.startsWith('lists that differ'))!;
    expect(await engine().attend(args)).toEqual(await engine().attend(args));
  });
}

/** Keys of two heads, the same. */
const joined = <T extends Int8Array | Float32Array>(array: new (length: number) => T, one: T): T => {
  const two = new array(2 * one.length);
  two.set(one, 0);
  two.set(one, one.length);
  return two;
};

/** The blocks of a case in two places. */
function inParts({ keys, keyScales, blockStarts, headDim }: BlockLseArgs): BlockLsePartsArgs['parts'] {
  const middle = blockStarts.length >> 1;
  return [[0, middle], [middle, blockStarts.length - 1]].map(([first, last]) => {
    const [from, to] = [blockStarts[first], blockStarts[last]];
    return {
      keys: keys.subarray(from * headDim, to * headDim), keyScales: keyScales.subarray(from, to),
      blockStarts: blockStarts.slice(first, last + 1).map((start) => start - from),
    };
  });
}

/** What the contract allows for queries of 16 bits: half a step of the largest query, times a key's magnitudes. */
function queryRounding({ q, keys, keyScales, headDim, softmaxScale = 1 / Math.sqrt(headDim) }: BlockLseArgs): number {
  const largestQuery = q.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const largestKey = keyScales.reduce((max, scale, key) => Math.max(max, scale * keys.subarray(key * headDim, (key + 1) * headDim).reduce((sum, k) => sum + Math.abs(k), 0)), 0);
  return (softmaxScale * largestQuery / 65_278) * largestKey;
}

function expectClose(actual: Float32Array, expected: Float32Array, float32: Float32Array, allowed = 0): void {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  expect(maxError(float32, expected)).toBeLessThanOrEqual(MAX_FLOAT32_ERROR * largest);
  expect(maxError(actual, expected)).toBeLessThanOrEqual(FACTOR * maxError(float32, expected) + TINY * largest + allowed);
}

/** Infinite unless -Infinity stands exactly where it is expected; NaN is never close. */
function maxError(actual: Float32Array, expected: Float32Array): number {
  let max = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]);
    max = Math.max(max, Number.isFinite(error) ? error : Number.POSITIVE_INFINITY);
  }
  return max;
}
