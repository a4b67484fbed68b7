// The specification itself, by hand: numbers small enough to work out on paper.
import { expect, it } from 'vitest';
import { blockTable } from '../src/index.ts';
import { createReferenceAttention } from '../src/reference/attention.ts';

const { attend, blockLse } = createReferenceAttention();

it('2 queries over 5 keys from firstQuery 3: rows 11110 and 11111', async () => {
  const { out, lse } = await attend({
    q: new Float32Array(2), k: new Float32Array(5), v: Float32Array.of(1, 2, 3, 4, 100),
    numTokens: 2, numKeys: 5, numHeads: 1, numKvHeads: 1, headDim: 1, firstQuery: 3,
  });
  expect([...out]).toEqual([2.5, 22]);
  expect(lse[0]).toBeCloseTo(Math.log(4), 6);
  expect(lse[1]).toBeCloseTo(Math.log(5), 6);
});

it('the weights are the softmax of scale * q.k, the scale 1/sqrt(headDim) unless stated', async () => {
  const args = {
    q: Float32Array.of(1, 1, 1, 1), k: Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1), v: Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    numTokens: 1, numKeys: 2, numHeads: 1, numKvHeads: 1, headDim: 4, firstQuery: 1,
  };
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  expect((await attend(args)).out[0]).toBeCloseTo(sigmoid(2), 6); // 4 / sqrt(4)
  expect((await attend({ ...args, softmaxScale: 1 })).out[0]).toBeCloseTo(sigmoid(4), 6);
});

it('query heads 0 and 1 read KV head 0, 2 and 3 read KV head 1, each through its own list', async () => {
  const numKeys = 65;
  const v = new Float32Array(numKeys * 2); // (numKeys, 2 KV heads, 1)
  for (let key = 0; key < numKeys; key++) v.set(key < 64 ? [1, 10] : [2, 20], key * 2);
  const { out } = await attend({
    q: new Float32Array(4), k: new Float32Array(numKeys * 2), v, numTokens: 1, numKeys, numHeads: 4, numKvHeads: 2, headDim: 1,
    firstQuery: 64, blocks: blockTable([[1], [0]]),
  });
  expect([...out]).toEqual([2, 2, 10, 10]);
});

it('a block with no visible key is 0 and -Infinity', async () => {
  const { out, lse } = await attend({
    q: Float32Array.of(1), k: Float32Array.of(1), v: Float32Array.of(1),
    numTokens: 1, numKeys: 1, numHeads: 1, numKvHeads: 1, headDim: 1, firstQuery: -1,
  });
  expect([out[0], lse[0]]).toEqual([0, Number.NEGATIVE_INFINITY]);
});

it('block log-sum-exps: int8 times scale, -Infinity for an empty block', async () => {
  const lse = await blockLse({
    q: Float32Array.of(1), keys: Int8Array.of(2, 4, 4), keyScales: Float32Array.of(0.5, 0.25, 0.25),
    blockStarts: Int32Array.of(0, 1, 1, 3), headDim: 1,
  });
  expect(lse[0]).toBe(1);
  expect(lse[1]).toBe(Number.NEGATIVE_INFINITY);
  expect(lse[2]).toBeCloseTo(1 + Math.log(2), 6);
});

it('a wrong length is an error with both numbers', () => {
  const args = { q: new Float32Array(3), k: new Float32Array(4), v: new Float32Array(4), numTokens: 1, numKeys: 1, numHeads: 1, numKvHeads: 1, headDim: 4, firstQuery: 0 };
  expect(() => attend(args)).toThrow(/q has 3 values, not 1 x 1 x 4/);
});
