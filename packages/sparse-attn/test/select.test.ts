import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockMass, selectBlocks } from '../src/index.ts';

const lseValue = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -50, max: 50, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) });

const problem = fc
  .record({ numBlocks: fc.nat(40), numQueries: fc.nat(6), budgetBlocks: fc.nat(50), sinkBlocks: fc.nat(5), windowBlocks: fc.nat(45) })
  .chain((shape) => fc
    .array(lseValue, { minLength: shape.numBlocks * shape.numQueries, maxLength: shape.numBlocks * shape.numQueries })
    .map((lse) => ({ ...shape, lse: Float32Array.from(lse) })));

it('the chosen blocks are ascending, unique, hold sinks and window, and keep to the budget', () => {
  fc.assert(fc.property(problem, ({ lse, numBlocks, numQueries, ...options }) => {
    const { blocks, mass } = selectBlocks(lse, numBlocks, numQueries, options);
    const chosen = new Set(blocks);
    expect(chosen.size).toBe(blocks.length);
    expect([...blocks]).toEqual([...blocks].sort((a, b) => a - b));
    for (let b = 0; b < Math.min(numBlocks, options.sinkBlocks); b++) expect(chosen).toContain(b);
    for (let b = Math.max(0, numBlocks - options.windowBlocks); b < numBlocks; b++) expect(chosen).toContain(b);
    expect(blocks.length).toBe(Math.min(numBlocks, options.budgetBlocks + countForced(numBlocks, options)));
    expect(mass).toBeGreaterThanOrEqual(0);
    expect(mass).toBeLessThanOrEqual(1 + 1e-9);
  }));
});

it('no block that was left out has a better score than a chosen one', () => {
  fc.assert(fc.property(problem, ({ lse, numBlocks, numQueries, ...options }) => {
    const { blocks } = selectBlocks(lse, numBlocks, numQueries, options);
    const mass = blockMass(lse, numQueries);
    const score = (b: number) => Math.max(0, ...mass.subarray(b * numQueries, (b + 1) * numQueries));
    const windowStart = Math.max(0, numBlocks - options.windowBlocks);
    const byScore = [...blocks].filter((b) => b >= options.sinkBlocks && b < windowStart);
    const leftOut = Array.from({ length: numBlocks }, (_, b) => b).filter((b) => !blocks.includes(b));
    for (const out of leftOut) {
      for (const chosen of byScore) {
        expect(score(chosen) > score(out) || (score(chosen) === score(out) && chosen < out)).toBe(true);
      }
    }
  }));
});

it('all blocks hold all the mass, however many queries', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 12, maxLength: 12 }), (values) => {
    expect(selectBlocks(Float32Array.from(values), 4, 3, { budgetBlocks: 4 }).mass).toBeCloseTo(1, 9);
  }));
});

it('ties go to the lower block id', () => {
  const { blocks } = selectBlocks(new Float32Array(10).fill(2), 10, 1, { budgetBlocks: 2, sinkBlocks: 1, windowBlocks: 1 });
  expect([...blocks]).toEqual([0, 1, 2, 9]);
});

it('one query that wants a block outvotes many that do not', () => {
  // block 2 is the favourite of query 1 alone; block 0 is slightly liked by all
  const lse = Float32Array.from([1, 0, 1, 0, 0, 0, 0, 9, 0]); // (3 blocks, 3 queries)
  expect([...selectBlocks(lse, 3, 3, { budgetBlocks: 1 }).blocks]).toEqual([2]);
});

function countForced(numBlocks: number, { sinkBlocks, windowBlocks }: { sinkBlocks: number; windowBlocks: number }): number {
  return Math.min(numBlocks, sinkBlocks + windowBlocks);
}
