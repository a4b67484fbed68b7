// Keys and values of consecutive tokens as tensors: what attention reads as tiles. A page is never changed; a longer one replaces it.
import type { Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** Longest page: one tile of attention. */
export const MAX_PAGE_ROWS = 512;
/** The last page takes more tokens up to this length: a generated token must not copy more than that. */
const MAX_GROWN_ROWS = 64;

/** One layer and KV head. */
export type HeadPage = {
  keys: Tensor2D; // (headDim, numRows), RoPE applied
  /** Absent in the layer where a pass stopped early. */
  values?: Tensor2D; // (numRows, headDim)
};

export interface Page {
  firstPosition: number;
  numRows: number;
  /** Index of its first row among the context's own tokens; absent for replayed blocks. */
  firstOwn?: number;
  layers: HeadPage[][]; // [layer][kvHead], as far as the pass ran
}

/** [from, to) of each page that `count` rows are cut into. */
export function pageRanges(count: number): Array<{ from: number; to: number }> {
  return Array.from({ length: Math.ceil(count / MAX_PAGE_ROWS) }, (_, i) => ({ from: i * MAX_PAGE_ROWS, to: Math.min(count, (i + 1) * MAX_PAGE_ROWS) }));
}

/** One head page for each KV head, of rows [from, to); to be disposed with its page. */
export function headPages(
  tf: Tf,
  keys: Tensor3D, // (numKvHeads, headDim, count)
  values: Tensor3D | undefined, // (numKvHeads, count, headDim)
  from: number, to: number,
): HeadPage[] {
  const [numKvHeads, headDim] = keys.shape;
  return Array.from({ length: numKvHeads }, (_, kvHead) => tf.tidy(() => ({
    keys: tf.keep(tf.reshape(tf.slice3d(keys, [kvHead, 0, from], [1, headDim, to - from]), [headDim, to - from]) as Tensor2D),
    ...(values && { values: tf.keep(tf.reshape(tf.slice3d(values, [kvHead, from, 0], [1, to - from, headDim]), [to - from, headDim]) as Tensor2D) }),
  })));
}

/** The same tensors under new handles: nothing is copied, each page is disposed by itself. */
export function sharePage(tf: Tf, page: Page): Page {
  return mapHeads(page, ({ keys, values }) => ({ keys: tf.keep(tf.clone(keys)), ...(values && { values: tf.keep(tf.clone(values)) }) }));
}

export function disposePage({ layers }: Page): void {
  for (const { keys, values } of layers.flat()) {
    keys.dispose();
    values?.dispose();
  }
}

/** Appends new pages of own tokens; a short one is joined to a short last one, and both are disposed. */
export function appendPages(tf: Tf, pages: Page[], added: readonly Page[]): void {
  for (const page of added) {
    const last = pages.at(-1);
    const isJoined = last?.firstOwn !== undefined && page.firstOwn === last.firstOwn + last.numRows
      && page.firstPosition === last.firstPosition + last.numRows && last.numRows + page.numRows <= MAX_GROWN_ROWS;
    if (isJoined) pages[pages.length - 1] = joined(tf, last, page);
    else pages.push(page);
  }
}

function joined(tf: Tf, a: Page, b: Page): Page {
  const page = mapHeads({ ...a, numRows: a.numRows + b.numRows, layers: a.layers.slice(0, b.layers.length) }, ({ keys, values }, layer, kvHead) => {
    const next = b.layers[layer][kvHead];
    return {
      keys: tf.keep(tf.concat2d([keys, next.keys], 1)),
      ...(values && next.values && { values: tf.keep(tf.concat2d([values, next.values], 0)) }),
    };
  });
  disposePage(a);
  disposePage(b);
  return page;
}

function mapHeads(page: Page, make: (head: HeadPage, layer: number, kvHead: number) => HeadPage): Page {
  return { ...page, layers: page.layers.map((heads, layer) => heads.map((head, kvHead) => make(head, layer, kvHead))) };
}
