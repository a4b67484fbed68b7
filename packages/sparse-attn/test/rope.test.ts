import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotate, type Rope } from '../src/index.ts';
import { normals } from './random.ts';

describe.each(['interleaved', 'halves'] as const)('rotate, %s', (ropeStyle) => {
  const rope: Rope = { headDim: 16, ropeTheta: 10_000, ropeStyle };
  const vector = (seed: number) => Float64Array.from(normals(16, seed));
  const position = fc.integer({ min: -8192, max: 8192 });
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);

  it('the opposite position undoes it', () => {
    fc.assert(fc.property(fc.nat(1000), position, (seed, p) => {
      const x = vector(seed);
      rotate(x, p, rope);
      rotate(x, -p, rope);
      for (const [i, value] of vector(seed).entries()) expect(x[i]).toBeCloseTo(value, 9);
    }));
  });

  it('a score depends only on the distance of query and key', () => {
    fc.assert(fc.property(fc.nat(1000), position, position, (seed, p, shift) => {
      const score = (queryPosition: number, keyPosition: number) => {
        const [q, k] = [vector(seed), vector(seed + 1)];
        rotate(q, queryPosition, rope);
        rotate(k, keyPosition, rope);
        return dot(q, k);
      };
      expect(score(p + shift, shift)).toBeCloseTo(score(p, 0), 8);
    }));
  });

  it('several vectors are rotated alike, lengths are kept', () => {
    const x = Float64Array.from([...vector(1), ...vector(1)]);
    rotate(x, 77, rope);
    expect(x.slice(0, 16)).toEqual(x.slice(16));
    expect(dot(x, x)).toBeCloseTo(2 * dot(vector(1), vector(1)), 9);
  });
});

it('the two styles are each other with the elements reordered: a rotation by one radian at pair 0', () => {
  const interleaved = Float64Array.of(1, 0, 0, 0);
  rotate(interleaved, 1, { headDim: 4, ropeTheta: 10_000, ropeStyle: 'interleaved' });
  expect([...interleaved]).toEqual([Math.cos(1), Math.sin(1), 0, 0]);
  const halves = Float64Array.of(1, 0, 0, 0);
  rotate(halves, 1, { headDim: 4, ropeTheta: 10_000, ropeStyle: 'halves' });
  expect([...halves]).toEqual([Math.cos(1), 0, Math.sin(1), 0]);
});
