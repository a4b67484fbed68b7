// Exact merge of attention over disjoint sets of keys: blocks, threads, hosts.
import assert from 'node:assert';
import type { AttendResult } from './contract.ts';

/**
 * m = max lse, w_i = exp(lse_i - m): out = sum w_i out_i / sum w_i, lse = m + log(sum w_i). Sums are float64, so the order of the
 * partials matters only in the rounding of the float32 results. Where no partial saw a key: out 0, lse -Infinity.
 */
export function mergePartials(partials: readonly AttendResult[], headDim: number): AttendResult {
  assert(partials.length > 0, 'nothing to merge: the number of rows is not known');
  const numRows = partials[0].lse.length; // numTokens * numHeads
  for (const { out, lse } of partials) {
    assert(lse.length === numRows && out.length === numRows * headDim, `a partial of ${lse.length} rows and ${out.length} values, not ${numRows} x ${headDim}`);
  }
  const out = new Float32Array(numRows * headDim);
  const lse = new Float32Array(numRows).fill(Number.NEGATIVE_INFINITY);
  const row64 = new Float64Array(headDim);
  for (let row = 0; row < numRows; row++) {
    let max = Number.NEGATIVE_INFINITY;
    for (const partial of partials) max = Math.max(max, partial.lse[row]);
    if (max === Number.NEGATIVE_INFINITY) continue;
    let sum = 0;
    row64.fill(0);
    for (const partial of partials) {
      const weight = Math.exp(partial.lse[row] - max);
      sum += weight;
      for (let d = 0; d < headDim; d++) row64[d] += weight * partial.out[row * headDim + d];
    }
    for (let d = 0; d < headDim; d++) out[row * headDim + d] = row64[d] / sum;
    lse[row] = max + Math.log(sum);
  }
  return { out, lse };
}
