// The arithmetic of one layer over rows, in tensor operations. Call it inside tf.tidy.
import type { Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** x / sqrt(mean of x^2 + eps) * weight, over each row. */
export function rmsNorm(
  tf: Tf,
  x: Tensor2D, // (numRows, dim)
  weight: Tensor1D, // (dim)
  eps: number,
): Tensor2D {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), eps)); // (numRows, 1)
  return tf.mul(tf.mul(x, scale), weight);
}

/** x / (1 + exp(-x)) */
export function silu<T extends Tensor>(tf: Tf, x: T): T {
  return tf.mul(x, tf.sigmoid(x));
}

/** The tanh approximation of gelu: x (1 + tanh(y)) / 2 = x sigmoid(2 y), with y = sqrt(2/pi) (x + 0.044715 x^3). */
export function gelu<T extends Tensor>(tf: Tf, x: T): T {
  const cubed = tf.mul(tf.square(x), tf.mul(x, 0.044715));
  return tf.mul(x, tf.sigmoid(tf.mul(tf.add(x, cubed), 2 * Math.sqrt(2 / Math.PI))));
}
