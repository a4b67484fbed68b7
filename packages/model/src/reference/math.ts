// The arithmetic of one layer, in float64, over rows.

/** out[r,o] = sum over i of x[r,i] * weight[o,i]. */
export function matmul(
  x: Float64Array, // (numRows, numInputs)
  weight: Float32Array, // (numOutputs, numInputs)
  numInputs: number,
): Float64Array {
  const numRows = x.length / numInputs;
  const numOutputs = weight.length / numInputs;
  const out = new Float64Array(numRows * numOutputs);
  for (let output = 0; output < numOutputs; output++) {
    const start = output * numInputs;
    for (let row = 0; row < numRows; row++) {
      const from = row * numInputs;
      let sum = 0;
      for (let i = 0; i < numInputs; i++) sum += x[from + i] * weight[start + i];
      out[row * numOutputs + output] = sum;
    }
  }
  return out;
}

/** out[r,i] = x[r,i] / sqrt(mean of x[r]^2 + eps) * weight[i]. */
export function rmsNorm(
  x: Float64Array, // (numRows, dim)
  weight: Float32Array, // (dim)
  eps: number,
): Float64Array {
  const dim = weight.length;
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += dim) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += x[start + i] ** 2;
    const scale = 1 / Math.sqrt(sum / dim + eps);
    for (let i = 0; i < dim; i++) out[start + i] = x[start + i] * scale * weight[i];
  }
  return out;
}

export type Activation = (x: number) => number;

export const silu: Activation = (x) => x / (1 + Math.exp(-x));

/** The tanh approximation of gelu. */
export const gelu: Activation = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** activation(gate) * up. */
export function gated(gate: Float64Array, up: Float64Array, activation: Activation): Float64Array {
  return gate.map((x, i) => activation(x) * up[i]);
}

/** Every row plus the bias. */
export function addBias(
  x: Float64Array, // (numRows, numOutputs)
  bias: Float32Array | undefined, // (numOutputs)
): Float64Array {
  return bias ? x.map((value, i) => value + bias[i % bias.length]) : x;
}

export function addInPlace(x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += y[i];
}
