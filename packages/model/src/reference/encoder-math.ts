// What a BERT encoder computes beside products, in float64.

/** (x - mean) / sqrt(variance + eps) * weight + bias, row by row. */
export function layerNorm(
  x: Float64Array, // (numRows, dim)
  { weight, bias }: { weight: Float32Array; bias: Float32Array }, // (dim)
  eps: number,
): Float64Array {
  const dim = weight.length;
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += dim) {
    const row = x.subarray(start, start + dim);
    const mean = row.reduce((sum, value) => sum + value, 0) / dim;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / dim;
    const scale = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < dim; i++) out[start + i] = (row[i] - mean) * scale * weight[i] + bias[i];
  }
  return out;
}

/** x (1 + erf(x / sqrt 2)) / 2. */
export const geluErf = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));

const MAX_TERMS = 200;

/** erf(x) = 2 / sqrt(pi) exp(-x^2) * sum of 2^n x^(2n+1) / (1 3 ... (2n+1)): all terms of one sign, so nothing cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // 1 - erf(6) is 2e-17
  let term = x;
  let sum = x;
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Softmax attention without a mask: every row of q sees every row of k and v. One head. */
export function attendAll(
  q: Float64Array, k: Float64Array, v: Float64Array, // (numRows, dim)
  dim: number, head: number, headDim: number,
  out: Float64Array, // (numRows, dim): the head's columns are written
): void {
  const numRows = q.length / dim;
  const from = head * headDim;
  for (let i = 0; i < numRows; i++) {
    const scores = new Float64Array(numRows);
    for (let j = 0; j < numRows; j++) {
      for (let d = from; d < from + headDim; d++) scores[j] += q[i * dim + d] * k[j * dim + d];
      scores[j] /= Math.sqrt(headDim);
    }
    const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    const weights = scores.map((score) => Math.exp(score - highest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let j = 0; j < numRows; j++) {
      for (let d = from; d < from + headDim; d++) out[i * dim + d] += (weights[j] / total) * v[j * dim + d];
    }
  }
}
