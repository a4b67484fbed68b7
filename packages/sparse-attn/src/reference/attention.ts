// The specification of attention: plain loops, float64 sums, no speed. Every other engine is tested against it.
import { countBlocks } from '../blocks.ts';
import { BLOCK_SIZE, type AttendArgs, type AttendResult, type AttentionEngine, type BlockLseArgs } from '../contract.ts';
import { checkAttendArgs, checkBlockLseArgs } from '../validate.ts';

/** It computes at once: callers that know it need not await. */
export interface ReferenceAttention extends AttentionEngine {
  attend(args: AttendArgs): AttendResult;
  blockLse(args: BlockLseArgs): Float32Array;
}

export function createReferenceAttention(): ReferenceAttention {
  return { name: 'reference', device: 'float64 loops', attend, blockLse };
}

/** out[t,h,:] = sum over visible j of softmax_j(scale * q[t,h].k[j,g]) v[j,g,:], with g = floor(h / groupSize). */
function attend(args: AttendArgs): AttendResult {
  checkAttendArgs(args);
  const { q, k, v, numTokens, numHeads, numKvHeads, headDim, softmaxScale = 1 / Math.sqrt(headDim) } = args;
  const out = new Float32Array(numTokens * numHeads * headDim);
  const lse = new Float32Array(numTokens * numHeads);
  const sums = new Float64Array(headDim);
  for (let head = 0; head < numHeads; head++) {
    const kvHead = Math.floor(head / (numHeads / numKvHeads));
    const listed = listedKeys(args, kvHead);
    const scores = new Float64Array(listed.length);
    for (let token = 0; token < numTokens; token++) {
      const row = token * numHeads + head;
      const { from, to } = visibleRange(listed, args, token);
      for (let i = from; i < to; i++) {
        const key = (listed[i] * numKvHeads + kvHead) * headDim;
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[row * headDim + d] * k[key + d];
        scores[i] = dot * softmaxScale;
      }
      const { weights, logSumExp } = softmax(scores.subarray(from, to));
      sums.fill(0);
      for (let i = from; i < to; i++) {
        const value = (listed[i] * numKvHeads + kvHead) * headDim;
        for (let d = 0; d < headDim; d++) sums[d] += weights[i - from] * v[value + d];
      }
      out.set(sums, row * headDim);
      lse[row] = logSumExp;
    }
  }
  return { out, lse };
}

/** The listed keys that a token sees are neighbours in the list. */
function visibleRange(listed: readonly number[], { firstQuery, window = Number.POSITIVE_INFINITY }: AttendArgs, token: number): { from: number; to: number } {
  const last = firstQuery + token;
  let from = 0;
  while (from < listed.length && listed[from] <= last - window) from++;
  let to = from;
  while (to < listed.length && listed[to] <= last) to++;
  return { from, to };
}

/** Keys that this KV head may read, ascending. */
function listedKeys({ blocks, numKeys }: AttendArgs, kvHead: number): number[] {
  const all = Array.from({ length: countBlocks(numKeys) }, (_, block) => block);
  const ids = blocks ? Array.from(blocks.ids.subarray(blocks.offsets[kvHead], blocks.offsets[kvHead + 1])) : all;
  return ids.flatMap((block) => {
    const start = block * BLOCK_SIZE;
    return Array.from({ length: Math.min(BLOCK_SIZE, numKeys - start) }, (_, i) => start + i);
  });
}

/** Max-subtracted, so that large scores do not overflow; of nothing: no weights and -Infinity. */
function softmax(scores: Float64Array): { weights: Float64Array; logSumExp: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (const score of scores) max = Math.max(max, score);
  if (max === Number.NEGATIVE_INFINITY) return { weights: new Float64Array(scores.length), logSumExp: max };
  const weights = scores.map((score) => Math.exp(score - max));
  const sum = weights.reduce((a, b) => a + b, 0);
  return { weights: weights.map((weight) => weight / sum), logSumExp: max + Math.log(sum) };
}

/** lse[b,q] = log sum over j in b of exp(scale * q.k[j]), with k[j] = int8 * keyScale. */
function blockLse(args: BlockLseArgs): Float32Array {
  checkBlockLseArgs(args);
  const { q, keys, keyScales, blockStarts, headDim, softmaxScale = 1 / Math.sqrt(headDim) } = args;
  const numQueries = q.length / headDim;
  const numBlocks = blockStarts.length - 1;
  const lse = new Float32Array(numBlocks * numQueries); // (numBlocks, numQueries)
  for (let block = 0; block < numBlocks; block++) {
    for (let query = 0; query < numQueries; query++) {
      const scores = new Float64Array(blockStarts[block + 1] - blockStarts[block]);
      for (let i = 0; i < scores.length; i++) {
        const key = blockStarts[block] + i;
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[query * headDim + d] * keys[key * headDim + d];
        scores[i] = dot * keyScales[key] * softmaxScale;
      }
      lse[block * numQueries + query] = softmax(scores).logSumExp;
    }
  }
  return lse;
}
