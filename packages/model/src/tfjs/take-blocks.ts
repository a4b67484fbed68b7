// Copies keys, turned back to before RoPE, and values of own tokens out of a context.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkTake } from '../common/checks.ts';
import type { EncodedBlocks, KvHeadRef } from '../contract.ts';
import { ropeOf } from '../rope-of.ts';
import type { TfjsContext } from './context.ts';
import { ropeTable, rotateRows } from './rope.ts';

export function takeBlocks(context: TfjsContext, turn: Tensor2D, from: number, to: number, heads: readonly KvHeadRef[], withValues: boolean): EncodedBlocks {
  checkTake(context, from, to, heads, withValues);
  const { tf, config: { headDim } } = context;
  const numTokens = to - from;
  const keys = new Float32Array(heads.length * numTokens * headDim); // (heads.length, numTokens, headDim)
  const values = new Float32Array(withValues ? keys.length : 0);
  for (const page of context.pages) {
    if (page.firstOwn === undefined) continue;
    const first = Math.max(from, page.firstOwn);
    const count = Math.min(to, page.firstOwn + page.numRows) - first;
    if (count <= 0) continue;
    const row = first - page.firstOwn;
    tf.tidy(() => {
      heads.forEach(({ layer, kvHead }, i) => {
        const target = (i * numTokens + first - from) * headDim;
        const head = page.layers[layer][kvHead];
        const rotated = tf.transpose(tf.slice2d(head.keys, [0, row], [headDim, count]));
        const table = ropeTable(tf, ropeOf(context.config, layer), page.firstPosition + row, count);
        keys.set(rotateRows(tf, tf.reshape(rotated, [count, 1, headDim]), table, turn, -1).dataSync<'float32'>(), target);
        if (withValues) values.set(tf.slice2d(head.values!, [row, 0], [count, headDim]).dataSync<'float32'>(), target);
      });
    });
  }
  return { numTokens, heads: heads.map((head) => ({ ...head })), keys, ...(withValues ? { values } : {}) };
}
