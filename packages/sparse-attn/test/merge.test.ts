import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AttendResult, mergePartials } from '../src/index.ts';
import { createReferenceAttention } from '../src/reference/attention.ts';
import { normals } from './random.ts';

const HEAD_DIM = 8;
const NUM_TOKENS = 3;
const reference = createReferenceAttention();

/** Attention of all queries over keys [start, end) of one random sequence. */
function attendPart(seed: number, numKeys: number, start: number, end: number): AttendResult {
  return reference.attend({
    q: normals(NUM_TOKENS * HEAD_DIM, seed, 3),
    k: normals(numKeys * HEAD_DIM, seed + 1).slice(start * HEAD_DIM, end * HEAD_DIM),
    v: normals(numKeys * HEAD_DIM, seed + 2).slice(start * HEAD_DIM, end * HEAD_DIM),
    numTokens: NUM_TOKENS, numKeys: end - start, numHeads: 1, numKvHeads: 1, headDim: HEAD_DIM, firstQuery: numKeys,
  });
}

const split = fc
  .record({ seed: fc.nat(1_000_000), numKeys: fc.integer({ min: 0, max: 60 }) })
  .chain(({ seed, numKeys }) => fc.array(fc.integer({ min: 0, max: numKeys }), { maxLength: 6 })
    .map((cuts) => ({ seed, numKeys, cuts: [0, ...cuts.sort((a, b) => a - b), numKeys] })));

function expectSame(actual: AttendResult, expected: AttendResult): void {
  for (const [i, x] of actual.out.entries()) expect(Math.abs(x - expected.out[i])).toBeLessThan(2e-6);
  actual.lse.forEach((x, i) => {
    if (x !== expected.lse[i]) expect(Math.abs(x - expected.lse[i])).toBeLessThan(4e-6);
  });
}

it('merging the parts of any split equals attention over the whole', () => {
  fc.assert(fc.property(split, ({ seed, numKeys, cuts }) => {
    const parts = cuts.slice(1).map((end, i) => attendPart(seed, numKeys, cuts[i], end));
    expectSame(mergePartials(parts, HEAD_DIM), attendPart(seed, numKeys, 0, numKeys));
  }));
});

it('merging is associative and does not depend on the order', () => {
  fc.assert(fc.property(split, ({ seed, numKeys, cuts }) => {
    const parts = cuts.slice(1).map((end, i) => attendPart(seed, numKeys, cuts[i], end));
    const leftToRight = parts.reduce((a, b) => mergePartials([a, b], HEAD_DIM));
    const rightToLeft = parts.reduceRight((a, b) => mergePartials([b, a], HEAD_DIM));
    expectSame(leftToRight, rightToLeft);
    expectSame(mergePartials(parts.toReversed(), HEAD_DIM), leftToRight);
  }));
});

it('rows that no partial saw are 0 and -Infinity', () => {
  const nothing = { out: new Float32Array(HEAD_DIM), lse: Float32Array.of(Number.NEGATIVE_INFINITY) };
  expect(mergePartials([nothing, nothing], HEAD_DIM)).toEqual(nothing);
});

it('scores of +-1,000 neither overflow nor vanish', () => {
  const at = (lse: number, value: number) => ({ out: new Float32Array(HEAD_DIM).fill(value), lse: Float32Array.of(lse) });
  expect(mergePartials([at(1000, 1), at(1000, 3)], HEAD_DIM).out[0]).toBe(2);
  expect(mergePartials([at(-1000, 1), at(-1000, 3)], HEAD_DIM).lse[0]).toBeCloseTo(-1000 + Math.log(2), 3);
});
