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
  const { q, v, numTokens, numHeads, numKvHeads, headDim } = args;
  const out = new Float32Array(numTokens * numHeads * headDim);
  const lse = new Float32Array(numTokens * numHeads);
  const sums = new Float64Array(headDim);
  for (let head = 0; head < numHeads; head++) {
    const kvHead = Math.floor(head / (numHeads / numKvHeads));
    const listed = listedKeys(args, kvHead);
    for (let token = 0; token < numTokens; token++) {
      const row = token * numHeads + head;
      const last = args.firstQuery + token;
      const visible = listed.filter((key) => key <= last && key > last - (args.window ?? Number.POSITIVE_INFINITY));
      const scores = visible.map((key) => score(args, row * headDim, (key * numKvHeads + kvHead) * headDim));
      const { weights, logSumExp } = softmax(scores);
      sums.fill(0);
      visible.forEach((key, i) => {
        const value = (key * numKvHeads + kvHead) * headDim;
        for (let d = 0; d < headDim; d++) sums[d] += weights[i] * v[value + d];
      });
      out.set(sums, row * headDim);
      lse[row] = logSumExp;
    }
  }
  return { out, lse };

  function score({ k, softmaxScale = 1 / Math.sqrt(headDim) }: AttendArgs, query: number, key: number): number {
    let dot = 0;
    for (let d = 0; d < headDim; d++) dot += q[query + d] * k[key + d];
    return dot * softmaxScale;
  }
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
function softmax(scores: readonly number[]): { weights: number[]; logSumExp: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (const score of scores) max = Math.max(max, score);
  if (max === Number.NEGATIVE_INFINITY) return { weights: scores.map(() => 0), logSumExp: max };
  const terms = scores.map((score) => Math.exp(score - max));
  const sum = terms.reduce((a, b) => a + b, 0);
  return { weights: terms.map((term) => term / sum), logSumExp: max + Math.log(sum) };
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
      const scores: number[] = [];
      for (let key = blockStarts[block]; key < blockStarts[block + 1]; key++) {
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[query * headDim + d] * keys[key * headDim + d];
        scores.push(dot * keyScales[key] * softmaxScale);
      }
      lse[block * numQueries + query] = softmax(scores).logSumExp;
    }
  }
  return lse;
}
