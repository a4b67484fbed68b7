// Attention of one layer for the new tokens of one context: its dense rows, and the chosen rows of a sparse part, merged exactly.
import { createReferenceAttention, mergePartials, type AttendResult } from '@lectern/sparse-attn';
import type { ReferenceContext } from './context.ts';

const FLOAT_BYTES = 4;
const attention = createReferenceAttention();

export interface LayerAttention {
  out: Float32Array; // (numTokens, numHeads, headDim)
  numBytes: number; // of keys and values that were looked at, each once
}

/** The new tokens' rows must be written already, at rows [numRows, numRows + numTokens). */
export function attendLayer(
  context: ReferenceContext,
  layer: number,
  q: Float32Array, // (numTokens, numHeads, headDim), RoPE applied
  numTokens: number,
): LayerAttention {
  const { numHeads, numKvHeads, headDim } = context.config;
  const numKeys = context.numRows + numTokens;
  const { rotatedKeys, values } = context.layers[layer];
  const numValues = numKeys * numKvHeads * headDim;
  const dense = attention.attend({
    q, k: rotatedKeys.subarray(0, numValues), v: values.subarray(0, numValues),
    numTokens, numKeys, numHeads, numKvHeads, headDim, firstQuery: context.numRows,
  });
  const denseBytes = 2 * numValues * FLOAT_BYTES;
  if (!context.sparse) return { out: dense.out, numBytes: denseBytes };
  const { partial, numBytes } = attendSparse(context, layer, q, numTokens);
  return { out: mergePartials([dense, partial], headDim).out, numBytes: denseBytes + numBytes };
}

/** Every new token sees all rows that its KV head reads: they stand before it. */
function attendSparse(
  context: ReferenceContext, layer: number, q: Float32Array, numTokens: number,
): { partial: AttendResult; numBytes: number } {
  const { numHeads, numKvHeads, headDim } = context.config;
  const groupSize = numHeads / numKvHeads;
  const sparse = context.sparse!;
  const partial = { out: new Float32Array(q.length), lse: new Float32Array(numTokens * numHeads) };
  let numBytes = 0;
  for (let kvHead = 0; kvHead < numKvHeads; kvHead++) {
    const groupRow = (token: number) => token * numHeads + kvHead * groupSize; // first of the group's rows, in all heads' order
    const groupQ = new Float32Array(numTokens * groupSize * headDim);
    for (let token = 0; token < numTokens; token++) {
      const from = groupRow(token) * headDim;
      groupQ.set(q.subarray(from, from + groupSize * headDim), token * groupSize * headDim);
    }
    const rows = sparse.rows(layer, kvHead, groupQ);
    const group = attention.attend({
      q: groupQ, k: rows.keys, v: rows.values, numTokens, numKeys: rows.numKeys, numHeads: groupSize, numKvHeads: 1, headDim,
      firstQuery: rows.numKeys,
    });
    for (let token = 0; token < numTokens; token++) {
      const from = token * groupSize;
      partial.out.set(group.out.subarray(from * headDim, (from + groupSize) * headDim), groupRow(token) * headDim);
      partial.lse.set(group.lse.subarray(from, from + groupSize), groupRow(token));
    }
    numBytes += (rows.keys.length + rows.values.length) * FLOAT_BYTES;
  }
  sparse.bytesRead += numBytes;
  return { partial, numBytes };
}
