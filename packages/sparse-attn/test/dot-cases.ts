// Rows of int8 and a vector to multiply them with, and what the contract says comes of it.
import type { DotPartsArgs } from '../src/index.ts';
import { normals } from './random.ts';

export interface DotCase {
  name: string;
  args: DotPartsArgs;
}

/** Rows of every byte, -128 too: what is stored is not trusted. `numRows`: of each part. */
function dotCase(name: string, dim: number, numRows: readonly number[], q: Float32Array = normals(dim, dim)): DotCase {
  return {
    name,
    args: {
      q, parts: numRows.map((rows, part) => ({
        rows: Int8Array.from({ length: rows * dim }, (_, i) => Math.imul(i + 1 + 1000 * part, 0x9e3779b1) >> 24),
        scales: Float32Array.from({ length: rows }, (_, row) => (row % 5) / 1000),
      })),
    },
  };
}

export const DOT_CASES: DotCase[] = [
  dotCase('384 dimensions in three places, one of them empty', 384, [16, 0, 5]),
  dotCase('one dimension', 1, [3]),
  dotCase('33 dimensions: whole vectors and what is left', 33, [4, 4]),
  dotCase('7 dimensions', 7, [9]),
  dotCase('5,000 equal dimensions, whose sums would leave 32 bits with the largest codes', 5000, [3], new Float32Array(5000).fill(-0.5)),
  dotCase('one dimension that outweighs all', 100, [3], Float32Array.from({ length: 100 }, (_, i) => (i === 3 ? 1e6 : 1e-3))),
  dotCase('a vector of zeros', 40, [2], new Float32Array(40)),
  dotCase('no rows', 16, []),
];

/** Codes of 16 bits, fewer where sums could leave 32; out = sum * step * scale. Exact, but for the last two products' rounding. */
export function dotsOf({ q, parts }: DotPartsArgs): { dots: number[]; mayDiffer: number[] } {
  const largest = q.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const magnitudes = q.reduce((sum, x) => sum + Math.abs(x), 0);
  const limit = (2147483647 / 128 - 0.5 * q.length) * (largest / magnitudes);
  const step = largest === 0 ? 0 : largest / Math.floor(Math.min(32767, limit));
  const codes = Array.from(q, (x) => (step === 0 ? 0 : halfToEven(x / step)));
  const rows = parts.flatMap((part) => Array.from(part.scales, (scale, row) => ({ scale, values: part.rows.subarray(row * q.length, (row + 1) * q.length) })));
  return {
    dots: rows.map(({ scale, values }) => values.reduce((sum, value, i) => sum + value * codes[i]!, 0) * step * scale),
    mayDiffer: rows.map(({ scale, values }) => (scale * step * values.reduce((sum, value) => sum + Math.abs(value), 0)) / 2),
  };
}

function halfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
