// Attention of one layer for the new tokens of one context: its dense rows, and the chosen rows of a sparse part, merged exactly.
import { createReferenceAttention, mergePartials, type AttendResult } from '@lectern/sparse-attn';
import { softmaxScaleOf, windowOf } from '../rope-of.ts';
import type { ReferenceContext } from './context.ts';

const FLOAT_BYTES = 4;
const attention = createReferenceAttention();

export interface LayerAttention {
  out: Float32Array; // (numTokens, numHeads, headDim)
  numBytes: number; // of keys and values that were looked at, each once
}

interface Part extends AttendResult {
  numBytes: number;
}

/** The new tokens' rows must be written already, at rows [numRows, numRows + numTokens). */
export function attendLayer(
  context: ReferenceContext,
  layer: number,
  q: Float32Array, // (numTokens, numHeads, headDim), RoPE applied
  numTokens: number,
): LayerAttention {
  const numRows = context.numRows + numTokens;
  if (!context.sparse) return attendDense(context, layer, q, numTokens, 0, numRows, context.length);
  // Positions run on contiguously on each side of the sparse part, not across it: a window counts positions.
  const before = context.sparse.firstPosition;
  const parts = [
    attendDense(context, layer, q, numTokens, 0, before, context.length),
    attendSparse(context, layer, q, numTokens),
    attendDense(context, layer, q, numTokens, before, numRows, context.numRows - before),
  ];
  return { out: mergePartials(parts, context.config.headDim).out, numBytes: parts.reduce((sum, { numBytes }) => sum + numBytes, 0) };
}

/** Rows [from, to); firstQuery: the first new token's position, counted from that of row `from`. */
function attendDense(
  context: ReferenceContext, layer: number, q: Float32Array, numTokens: number, from: number, to: number, firstQuery: number,
): Part {
  const { numHeads, numKvHeads, headDim } = context.config;
  const { rotatedKeys, values } = context.layers[layer];
  const rowSize = numKvHeads * headDim;
  const window = windowOf(context.config, layer);
  const result = attention.attend({
    q, k: rotatedKeys.subarray(from * rowSize, to * rowSize), v: values.subarray(from * rowSize, to * rowSize),
    numTokens, numKeys: to - from, numHeads, numKvHeads, headDim, softmaxScale: softmaxScaleOf(context.config), firstQuery,
    ...(window === undefined ? {} : { window }),
  });
  const numSeen = Math.min(to - from, Math.max(0, to - from - (firstQuery - (window ?? Number.POSITIVE_INFINITY) + 1)));
  return { ...result, numBytes: 2 * numSeen * rowSize * FLOAT_BYTES };
}

/** Every new token stands behind all rows that its KV head reads; in a sliding layer its window may end among them. */
function attendSparse(context: ReferenceContext, layer: number, q: Float32Array, numTokens: number): Part {
  const { numHeads, numKvHeads, headDim } = context.config;
  const groupSize = numHeads / numKvHeads;
  const sparse = context.sparse!;
  const window = windowOf(context.config, layer);
  const firstQuery = context.length - sparse.firstPosition;
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
      softmaxScale: softmaxScaleOf(context.config), firstQuery, ...(window === undefined ? {} : { window }),
    });
    for (let token = 0; token < numTokens; token++) {
      const from = token * groupSize;
      partial.out.set(group.out.subarray(from * headDim, (from + groupSize) * headDim), groupRow(token) * headDim);
      partial.lse.set(group.lse.subarray(from, from + groupSize), groupRow(token));
    }
    const numSeen = Math.min(rows.numKeys, Math.max(0, rows.numKeys - (firstQuery - (window ?? Number.POSITIVE_INFINITY) + 1)));
    numBytes += 2 * numSeen * headDim * FLOAT_BYTES;
  }
  sparse.bytesRead += numBytes;
  return { ...partial, numBytes };
}
