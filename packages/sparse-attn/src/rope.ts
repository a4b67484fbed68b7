// Rotary position embedding: pair i of a head turns by position * theta^(-2i/headDim) / factor i.
import assert from 'node:assert';

export interface Rope {
  headDim: number; // even
  ropeTheta: number;
  /** interleaved: pairs (2i, 2i + 1). halves: pairs (i, i + headDim/2). */
  ropeStyle: 'interleaved' | 'halves';
  /** Absent: all 1. */
  ropeFactors?: Float32Array; // (headDim / 2)
}

/**
 * Rotates, in place, each of the consecutive vectors in x to the position. Rotations add up: position -p undoes p.
 * Angles are float64; only the results are rounded to x's type.
 */
export function rotate(
  x: Float32Array | Float64Array, // (numVectors, headDim)
  position: number,
  rope: Rope,
): void {
  const { headDim } = rope;
  assert(headDim % 2 === 0 && x.length % headDim === 0, `${x.length} values are no whole number of vectors of ${headDim}`);
  const half = headDim / 2;
  const factors = rope.ropeFactors;
  assert(!factors || factors.length === half, `${factors?.length} RoPE factors for ${half} pairs`);
  const interleaved = rope.ropeStyle === 'interleaved';
  for (let pair = 0; pair < half; pair++) {
    const angle = (position * rope.ropeTheta ** (-pair / half)) / (factors?.[pair] ?? 1);
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const first = interleaved ? 2 * pair : pair;
    const second = interleaved ? first + 1 : pair + half;
    for (let vector = 0; vector < x.length; vector += headDim) {
      const a = x[vector + first];
      const b = x[vector + second];
      x[vector + first] = a * cos - b * sin;
      x[vector + second] = a * sin + b * cos;
    }
  }
}
