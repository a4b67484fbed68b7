// Log-sum-exp of scores over blocks of keys, as tensors: blocks of any length, a bounded number of scores at once.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { MASKED, MAX_SCORES } from './attend-tiles.ts';
import type { Tf } from './backend.ts';

/** Writes key `key` to target[at .. at + headDim). */
export type CopyKey = (key: number, target: Float32Array, at: number) => void;

/** (numBlocks, numRows): log-sum-exp of q.k over each block's keys; -Infinity for an empty block. */
export function blockLseRows(
  tf: Tf,
  q: Tensor2D, // (numRows, headDim), scaled
  copyKey: CopyKey,
  blockStarts: Int32Array, // (numBlocks + 1)
): Float32Array {
  const numRows = q.shape[0];
  const numBlocks = blockStarts.length - 1;
  const out = new Float32Array(numBlocks * numRows).fill(Number.NEGATIVE_INFINITY);
  if (numRows === 0) return out;
  let width = 1; // keys of the longest block: the others are padded to it
  for (let block = 0; block < numBlocks; block++) width = Math.max(width, blockStarts[block + 1] - blockStarts[block]);
  const blocksPerTile = Math.max(1, Math.floor(MAX_SCORES / (numRows * width)));
  for (let first = 0; first < numBlocks; first += blocksPerTile) {
    const starts = blockStarts.subarray(first, Math.min(numBlocks, first + blocksPerTile) + 1);
    const lse = tileLse(tf, q, copyKey, starts, width); // (numRows, blocks of the tile)
    const numTile = starts.length - 1;
    for (let block = 0; block < numTile; block++) {
      if (starts[block] === starts[block + 1]) continue;
      for (let row = 0; row < numRows; row++) out[(first + block) * numRows + row] = lse[row * numTile + block];
    }
  }
  return out;
}

function tileLse(tf: Tf, q: Tensor2D, copyKey: CopyKey, starts: Int32Array, width: number): Float32Array {
  const [numRows, headDim] = q.shape;
  const numBlocks = starts.length - 1;
  const keys = new Float32Array(numBlocks * width * headDim); // (numBlocks, width, headDim), zeros behind a short block
  const mask = new Float32Array(numBlocks * width).fill(MASKED); // (numBlocks, width)
  for (let block = 0; block < numBlocks; block++) {
    for (let key = starts[block]; key < starts[block + 1]; key++) {
      const at = block * width + key - starts[block];
      copyKey(key, keys, at * headDim);
      mask[at] = 0;
    }
  }
  return tf.tidy(() => {
    const products = tf.matMul(q, tf.transpose(tf.tensor2d(keys, [numBlocks * width, headDim])));
    const scores = tf.reshape(tf.add(products, tf.tensor2d(mask, [1, mask.length])), [numRows * numBlocks, width]);
    const max = tf.max(scores, 1, true);
    return tf.add(max, tf.log(tf.sum(tf.exp(tf.sub(scores, max)), 1, true))).dataSync<'float32'>();
  });
}
