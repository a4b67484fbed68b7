// The keys and values of one sequence: pages (prefix, replayed blocks, own tokens) and at most one sparse part.
import assert from 'node:assert';
import type { Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { checkRoom, type ContextState } from '../common/checks.ts';
import { headRows } from '../common/stored-heads.ts';
import type { BlockSelection, Context, ContextPart, EncodedBlocks, TransformerConfig } from '../contract.ts';
import { ropeOf } from '../rope-of.ts';
import { appendPages, disposePage, headPages, type Page, pageRanges, sharePage } from './pages.ts';
import { ropeTable, rotateRows } from './rope.ts';
import { SparsePart } from './sparse-part.ts';

export class TfjsContext implements Context, ContextState {
  readonly tf: Tf;
  readonly config: TransformerConfig;
  readonly capacity: number;
  readonly #turn: Tensor2D;
  /** Ascending positions. */
  readonly pages: Page[] = [];
  numTokens = 0;
  sparse: SparsePart | undefined;
  stopLayer: number;
  disposed = false;

  constructor(tf: Tf, turn: Tensor2D, config: TransformerConfig, parts: readonly ContextPart[], capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 0, `capacity is ${capacity}`);
    this.tf = tf;
    this.#turn = turn;
    this.config = config;
    this.capacity = capacity;
    this.stopLayer = config.numLayers;
    try {
      for (const [i, part] of parts.entries()) this.#append(part, i);
      checkRoom(this, 0);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get length(): number {
    return this.pages.reduce((sum, { numRows }) => sum + numRows, 0) + (this.sparse?.numPositions ?? 0);
  }

  /** Takes the pages of new tokens over. */
  commit(added: readonly Page[], numTokens: number, stopLayer: number): void {
    appendPages(this.tf, this.pages, added);
    this.numTokens += numTokens;
    this.stopLayer = stopLayer;
  }

  selection(): BlockSelection | undefined {
    return this.sparse?.selection();
  }

  dispose(): void {
    this.disposed = true;
    for (const page of this.pages) disposePage(page);
    this.pages.length = 0;
    this.sparse?.forget();
  }

  #append(part: ContextPart, index: number): void {
    assert(!this.sparse, 'a part stands after the sparse part');
    if (part.kind === 'prefix') {
      assert(index === 0, 'a prefix must be the first part');
      this.#sharePrefix(part.context);
    } else if (part.kind === 'blocks') {
      this.#replay(part.blocks);
    } else {
      checkStored(part.blocks, this.config);
      this.sparse = new SparsePart(this.tf, this.#turn, this.config, part, this.length);
    }
  }

  #sharePrefix(prefix: Context): void {
    assert(prefix instanceof TfjsContext && !prefix.disposed, 'the prefix is no live context of this engine');
    assert(!prefix.sparse, 'the prefix holds a sparse part');
    assert(prefix.stopLayer === this.config.numLayers, `the prefix was run up to layer ${prefix.stopLayer} only`);
    this.numTokens = prefix.numTokens;
    for (const page of prefix.pages) this.pages.push(sharePage(this.tf, page));
  }

  #replay(blocks: EncodedBlocks): void {
    checkStored(blocks, this.config);
    const firstPosition = this.length;
    for (const { from, to } of pageRanges(blocks.numTokens)) {
      const page: Page = { firstPosition: firstPosition + from, numRows: to - from, layers: [] };
      this.pages.push(page);
      for (let layer = 0; layer < this.config.numLayers; layer++) page.layers.push(this.#replayRows(blocks, layer, from, to, page.firstPosition));
    }
  }

  #replayRows(blocks: EncodedBlocks, layer: number, from: number, to: number, firstPosition: number) {
    const { tf, config } = this;
    const { numKvHeads, headDim } = config;
    return tf.tidy(() => {
      const stored = Array.from({ length: numKvHeads }, (_, kvHead) => headRows(blocks, layer, kvHead, headDim));
      const stack = (rows: Float32Array[]): Tensor3D => tf.stack(rows.map((each) => tf.tensor2d(each.subarray(from * headDim, to * headDim), [to - from, headDim]))) as Tensor3D;
      const table = ropeTable(tf, ropeOf(config, layer), firstPosition, to - from);
      const keys = rotateRows(tf, tf.transpose(stack(stored.map((head) => head.keys)), [1, 0, 2]), table, this.#turn); // (count, numKvHeads, headDim)
      return headPages(tf, tf.transpose(keys, [1, 2, 0]), stack(stored.map((head) => head.values)), 0, to - from);
    });
  }
}

/** Throws unless the blocks hold keys and values of every layer and KV head. */
function checkStored(blocks: EncodedBlocks, { numLayers, numKvHeads, headDim }: TransformerConfig): void {
  for (let layer = 0; layer < numLayers; layer++) {
    for (let kvHead = 0; kvHead < numKvHeads; kvHead++) headRows(blocks, layer, kvHead, headDim);
  }
}
