// Plain loops that round to float32 after every operation: how far honest float32 is from the specification. The yardstick of tolerances.
import type { AttendArgs, AttendResult, BlockLseArgs } from '../src/index.ts';

const { fround } = Math;

export function attendFloat32(args: AttendArgs): AttendResult {
  const { q, k, v, numTokens, numKeys, numHeads, numKvHeads, headDim, firstQuery, blocks, window = Number.POSITIVE_INFINITY } = args;
  const scale = fround(args.softmaxScale ?? 1 / Math.sqrt(headDim));
  const out = new Float32Array(numTokens * numHeads * headDim);
  const lse = new Float32Array(numTokens * numHeads).fill(Number.NEGATIVE_INFINITY);
  for (let token = 0; token < numTokens; token++) {
    for (let head = 0; head < numHeads; head++) {
      const kvHead = Math.floor((head * numKvHeads) / numHeads);
      const listed = blocks && new Set(blocks.ids.subarray(blocks.offsets[kvHead], blocks.offsets[kvHead + 1]));
      const row = token * numHeads + head;
      const keys: number[] = [];
      const scores: number[] = [];
      for (let key = Math.max(0, firstQuery + token + 1 - window); key < Math.min(numKeys, firstQuery + token + 1); key++) {
        if (listed && !listed.has(Math.floor(key / 64))) continue;
        keys.push(key);
        scores.push(fround(dot(q, row * headDim, k, (key * numKvHeads + kvHead) * headDim, headDim) * scale));
      }
      if (keys.length === 0) continue;
      const { sum, terms, logSumExp } = softmaxFloat32(scores);
      for (let d = 0; d < headDim; d++) {
        let value = 0;
        keys.forEach((key, i) => { value = fround(value + fround(terms[i] * v[(key * numKvHeads + kvHead) * headDim + d])); });
        out[row * headDim + d] = value / sum;
      }
      lse[row] = logSumExp;
    }
  }
  return { out, lse };
}

export function blockLseFloat32({ q, keys, keyScales, blockStarts, headDim, softmaxScale }: BlockLseArgs): Float32Array {
  const scale = fround(softmaxScale ?? 1 / Math.sqrt(headDim));
  const numQueries = q.length / headDim;
  const lse = new Float32Array((blockStarts.length - 1) * numQueries).fill(Number.NEGATIVE_INFINITY);
  for (let block = 0; block + 1 < blockStarts.length; block++) {
    for (let query = 0; query < numQueries; query++) {
      const scores: number[] = [];
      for (let key = blockStarts[block]; key < blockStarts[block + 1]; key++) {
        scores.push(fround(fround(dot(q, query * headDim, keys, key * headDim, headDim) * keyScales[key]) * scale));
      }
      if (scores.length > 0) lse[block * numQueries + query] = softmaxFloat32(scores).logSumExp;
    }
  }
  return lse;
}

function dot(a: Float32Array, aStart: number, b: Float32Array | Int8Array, bStart: number, headDim: number): number {
  let sum = 0;
  for (let d = 0; d < headDim; d++) sum = fround(sum + fround(a[aStart + d] * b[bStart + d]));
  return sum;
}

function softmaxFloat32(scores: number[]): { terms: number[]; sum: number; logSumExp: number } {
  const max = scores.reduce((a, b) => Math.max(a, b));
  const terms = scores.map((score) => fround(Math.exp(fround(score - max))));
  const sum = terms.reduce((a, b) => fround(a + b), 0);
  return { terms, sum, logSumExp: fround(max + fround(Math.log(sum))) };
}
