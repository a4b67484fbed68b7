// Attention of one layer for the new tokens of one context: its pages, the new tokens' own, and what the sparse part chose.
import { attendTiles, type KeyTile, MASKED, MAX_SCORES, type Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { softmaxScaleOf, windowOf } from '../rope-of.ts';
import type { TfjsContext } from './context.ts';
import type { HeadPage, Page } from './pages.ts';

const FLOAT_BYTES = 4;
/** Most new tokens at a time: keys behind the last of them are not looked at. */
const MAX_QUERY_TOKENS = 256;

/** Some new tokens and what they see: [first, first + count) of the pass. */
interface Queries { first: number; count: number }

/** Masks of a pass, by what they depend on: all layers and heads use the same ones. */
export type Masks = Map<string, Tensor2D>;

interface Span { firstPosition: number; numRows: number }

/** (numTokens, numHeads * headDim). Call it inside tf.tidy; masks live as long as the caller's tidy. */
export function attendLayer(
  context: TfjsContext,
  layer: number,
  q: Tensor3D, // (numTokens, numHeads, headDim), RoPE applied
  added: readonly Page[], // of the new tokens
  masks: Masks,
  traffic: { keyValueBytes: number },
): Tensor2D {
  const { tf, config } = context;
  const { numHeads, numKvHeads, headDim } = config;
  const [numTokens] = q.shape;
  const groupSize = numHeads / numKvHeads;
  const grouped = tf.transpose(tf.reshape(tf.mul(q, softmaxScaleOf(config)), [numTokens, numKvHeads, groupSize * headDim]), [1, 0, 2]) as Tensor3D;
  const heads = Array.from({ length: numKvHeads }, (_, kvHead): Tensor2D => tf.tidy(() => {
    const rows = tf.reshape(tf.slice3d(grouped, [kvHead, 0, 0], [1, numTokens, groupSize * headDim]), [numTokens * groupSize, headDim]) as Tensor2D;
    const spans = spansOf(context, layer, kvHead, rows, added);
    const parts = passes(spans, numTokens, groupSize).map((queries): Tensor2D => tf.tidy(() => {
      const numRows = queries.count * groupSize;
      const part = numRows === rows.shape[0] ? rows : tf.slice2d(rows, [queries.first * groupSize, 0], [numRows, headDim]);
      const { out } = attendTiles(tf, part, visibleTiles(context, layer, spans, queries, groupSize, masks));
      return tf.reshape(out, [queries.count, groupSize * headDim]) as Tensor2D;
    }));
    count(context, layer, spans, traffic);
    return parts.length === 1 ? parts[0] : tf.concat2d(parts, 0);
  }));
  return heads.length === 1 ? heads[0] : tf.concat2d(heads, 1);
}

type HeadSpan = Span & HeadPage & { isSparse: boolean };

function spansOf(context: TfjsContext, layer: number, kvHead: number, rows: Tensor2D, added: readonly Page[]): HeadSpan[] {
  const paged = (pages: readonly Page[]) => pages.map(({ firstPosition, numRows, layers }) => ({ ...layers[layer][kvHead], firstPosition, numRows, isSparse: false }));
  const { sparse } = context;
  if (!sparse) return [...paged(context.pages), ...paged(added)];
  const chosen = sparse.page(layer, kvHead, rows);
  const spans = chosen.numRows === 0 ? [] : [{ keys: chosen.keys, values: chosen.values, firstPosition: sparse.firstPosition, numRows: chosen.numRows, isSparse: true }];
  return [...spans, ...paged(context.pages), ...paged(added)];
}

/** The new tokens cut so that no pass has more than MAX_SCORES scores. */
function passes(spans: readonly Span[], numTokens: number, groupSize: number): Queries[] {
  const numKeys = spans.reduce((sum, { numRows }) => sum + numRows, 0);
  const size = Math.max(1, Math.min(MAX_QUERY_TOKENS, Math.floor(MAX_SCORES / (groupSize * numKeys))));
  return Array.from({ length: Math.ceil(numTokens / size) }, (_, i) => ({ first: i * size, count: Math.min(size, numTokens - i * size) }));
}

/** Tiles of which these queries see something; one that not every query sees whole has a mask. */
function visibleTiles(context: TfjsContext, layer: number, spans: readonly HeadSpan[], { first, count }: Queries, groupSize: number, masks: Masks): KeyTile[] {
  const window = windowOf(context.config, layer) ?? Number.POSITIVE_INFINITY;
  const firstQuery = context.length + first;
  const lastQuery = firstQuery + count - 1;
  return spans.flatMap(({ keys, values, firstPosition, numRows }) => {
    const lastKey = firstPosition + numRows - 1;
    if (firstPosition > lastQuery || lastKey <= firstQuery - window) return [];
    const isWhole = lastKey <= firstQuery && firstPosition > lastQuery - window;
    return [{ keys, values: values!, mask: isWhole ? undefined : maskOf(context.tf, masks, firstQuery, count, groupSize, { firstPosition, numRows }, window) }];
  });
}

function maskOf(tf: Tf, masks: Masks, firstQuery: number, count: number, groupSize: number, { firstPosition, numRows }: Span, window: number): Tensor2D {
  const key = [firstQuery, count, firstPosition, numRows, window].join();
  let mask = masks.get(key);
  if (!mask) {
    const values = new Float32Array(count * groupSize * numRows); // (count, groupSize, numRows)
    for (let row = 0; row < count * groupSize; row++) {
      const query = firstQuery + Math.floor(row / groupSize);
      for (let i = 0; i < numRows; i++) {
        const position = firstPosition + i;
        if (position > query || position <= query - window) values[row * numRows + i] = MASKED;
      }
    }
    mask = tf.keep(tf.tensor2d(values, [count * groupSize, numRows]));
    masks.set(key, mask);
  }
  return mask;
}

/** Each key and value that the first new token's window reaches, once. */
function count(context: TfjsContext, layer: number, spans: readonly HeadSpan[], traffic: { keyValueBytes: number }): void {
  const firstSeen = context.length - (windowOf(context.config, layer) ?? Number.POSITIVE_INFINITY) + 1;
  for (const { firstPosition, numRows, isSparse } of spans) {
    const numSeen = Math.min(numRows, Math.max(0, firstPosition + numRows - firstSeen));
    const numBytes = 2 * numSeen * context.config.headDim * FLOAT_BYTES;
    traffic.keyValueBytes += numBytes;
    if (isSparse) context.sparse!.bytesRead += numBytes;
  }
}
