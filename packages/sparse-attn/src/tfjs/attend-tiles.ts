// Softmax attention of a few query rows over tiles of keys, as tensors: all scores at once, so the caller bounds rows x keys.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Tf } from './backend.ts';

/** Most scores that are held at once (32 MiB as float32). */
export const MAX_SCORES = 1 << 23;

/** What a mask adds to the score of a key that is not visible: its weight is exactly 0 beside any visible one. */
export const MASKED = -1e30;

export interface KeyTile {
  /** Transposed: WASM multiplies by a second factor that lies so, ten times as fast. */
  keys: Tensor2D; // (headDim, numKeys), RoPE applied
  values: Tensor2D; // (numKeys, headDim)
  /** 0 or MASKED. */
  mask?: Tensor2D | undefined; // (numRows, numKeys)
}

export interface AttendedRows {
  out: Tensor2D; // (numRows, headDim)
  max: Tensor2D; // (numRows, 1): MASKED or less where no key is visible
  sum: Tensor2D; // (numRows, 1): lse = max + log(sum)
}

/** At least one tile. Call it inside tf.tidy. */
export function attendTiles(
  tf: Tf,
  q: Tensor2D, // (numRows, headDim), scaled
  tiles: readonly KeyTile[],
): AttendedRows {
  const scores = concatColumns(tf, tiles.map(({ keys, mask }): Tensor2D => {
    const products: Tensor2D = tf.matMul(q, keys);
    return mask ? tf.add(products, mask) : products;
  }));
  const max = tf.max(scores, 1, true) as Tensor2D;
  const weights = tf.exp(tf.sub(scores, max)) as Tensor2D; // (numRows, numKeys of all tiles)
  const sum = tf.sum(weights, 1, true) as Tensor2D;
  let first = 0;
  const parts = tiles.map(({ values }) => {
    const numKeys = values.shape[0];
    const part = tiles.length === 1 ? weights : tf.slice2d(weights, [0, first], [weights.shape[0], numKeys]);
    first += numKeys;
    return tf.matMul(part, values);
  });
  return { out: tf.div(parts.length === 1 ? parts[0] : tf.addN(parts), sum) as Tensor2D, max, sum };
}

function concatColumns(tf: Tf, tensors: Tensor2D[]): Tensor2D {
  return tensors.length === 1 ? tensors[0] : tf.concat2d(tensors, 1);
}
