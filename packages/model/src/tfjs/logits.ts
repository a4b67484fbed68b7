// From the residual stream to logits, a bounded number of them at once.
import { MAX_SCORES, type Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TransformerConfig } from '../contract.ts';
import { rmsNorm } from './math.ts';
import type { Weights } from './weights.ts';

/** (end - first, vocabSize) */
export function outputLogits(tf: Tf, weights: Weights, config: TransformerConfig, x: Tensor2D, first: number, end: number): Float32Array {
  const { vocabSize, dim, rmsNormEps } = config;
  const numRows = end - first;
  const logits = new Float32Array(numRows * vocabSize);
  const rowsPerPass = Math.max(1, Math.floor(MAX_SCORES / vocabSize));
  for (let from = 0; from < numRows; from += rowsPerPass) {
    const count = Math.min(rowsPerPass, numRows - from);
    tf.tidy(() => {
      const normed = rmsNorm(tf, tf.slice2d(x, [first + from, 0], [count, dim]), weights.outputNorm, rmsNormEps);
      logits.set(product(tf, normed, weights.output).dataSync<'float32'>(), from * vocabSize);
    });
  }
  return logits;
}

/** WASM multiplies a transposed second factor ten times slower, and packs a second factor: there the vocabulary is the first one. */
function product(tf: Tf, normed: Tensor2D, output: Tensor2D): Tensor2D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(normed, output, false, true);
  const transposed: Tensor2D = tf.matMul(output, tf.transpose(normed)); // (vocabSize, count)
  return tf.transpose(transposed);
}
