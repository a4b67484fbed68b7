// A stored document of which each layer and KV head reads only the blocks that its first queries chose (contract: ContextPart 'sparse').
import assert from 'node:assert';
import { BLOCK_SIZE, checkBlockStarts, evenBlockStarts, placeBlocks, selectBlocks } from '@lectern/sparse-attn';
import { blockLseRows, type Tf } from '@lectern/sparse-attn/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { headRows } from '../common/stored-heads.ts';
import type { BlockSelection, ContextPart, EncodedBlocks, TransformerConfig } from '../contract.ts';
import { ropeOf } from '../rope-of.ts';
import { ropeTable, rotateRows } from './rope.ts';

/** The chosen blocks of one layer and KV head, in document order at contiguous positions. */
export interface ChosenPage {
  blocks: Int32Array;
  mass: number;
  numRows: number;
  keys: Tensor2D; // (headDim, numRows), RoPE applied
  values: Tensor2D; // (numRows, headDim)
}

export class SparsePart {
  readonly #tf: Tf;
  readonly #turn: Tensor2D;
  readonly #config: TransformerConfig;
  readonly #blocks: EncodedBlocks;
  readonly #blockStarts: Int32Array; // (numBlocks + 1)
  readonly #budgetBlocks: number;
  readonly #windowBlocks: number;
  readonly firstPosition: number;
  /** Positions that it takes, however many tokens are read. */
  readonly numPositions: number;
  #chosen = new Map<number, ChosenPage>(); // layer * numKvHeads + kvHead ->
  bytesRead = 0;

  constructor(tf: Tf, turn: Tensor2D, config: TransformerConfig, part: ContextPart & { kind: 'sparse' }, firstPosition: number) {
    const { blocks, budgetBlocks, windowBlocks } = part;
    assert(Number.isInteger(budgetBlocks) && budgetBlocks >= 0, `budgetBlocks is ${budgetBlocks}`);
    assert(Number.isInteger(windowBlocks) && windowBlocks >= 0, `windowBlocks is ${windowBlocks}`);
    this.#tf = tf;
    this.#turn = turn;
    this.#config = config;
    this.#blocks = blocks;
    this.#blockStarts = part.blockStarts ?? evenBlockStarts(blocks.numTokens);
    checkBlockStarts(this.#blockStarts, blocks.numTokens, BLOCK_SIZE);
    this.#budgetBlocks = budgetBlocks;
    this.#windowBlocks = windowBlocks;
    this.firstPosition = firstPosition;
    this.numPositions = Math.min(blocks.numTokens, (budgetBlocks + windowBlocks) * BLOCK_SIZE);
  }

  /** What this layer and KV head reads; chosen by these queries when it is asked for the first time. */
  page(
    layer: number,
    kvHead: number,
    queries: Tensor2D, // (new tokens x heads of the group, headDim), RoPE applied, scaled
  ): ChosenPage {
    const index = layer * this.#config.numKvHeads + kvHead;
    let chosen = this.#chosen.get(index);
    if (!chosen) {
      chosen = this.#choose(layer, kvHead, queries);
      this.#chosen.set(index, chosen);
    }
    return chosen;
  }

  /** A cancelled first call must leave no choice behind. */
  forget(): void {
    for (const { keys, values } of this.#chosen.values()) {
      keys.dispose();
      values.dispose();
    }
    this.#chosen = new Map();
  }

  selection(): BlockSelection | undefined {
    if (this.#chosen.size === 0) return undefined;
    const chosen = [...this.#chosen.values()];
    return {
      blocks: chosen.map(({ blocks }) => blocks),
      mass: chosen.reduce((sum, { mass }) => sum + mass, 0) / chosen.length,
      bytesRead: this.bytesRead,
    };
  }

  #choose(layer: number, kvHead: number, queries: Tensor2D): ChosenPage {
    const tf = this.#tf;
    const { headDim } = this.#config;
    const starts = this.#blockStarts;
    const stored = headRows(this.#blocks, layer, kvHead, headDim);
    const lse = blockLseRows(tf, queries, (key, target, at) => target.set(stored.keys.subarray(key * headDim, (key + 1) * headDim), at), starts);
    const { blocks, mass } = selectBlocks(lse, starts.length - 1, queries.shape[0], { budgetBlocks: this.#budgetBlocks, windowBlocks: this.#windowBlocks });
    const placed = placeBlocks(blocks, starts, this.firstPosition);
    const numRows = placed.end - this.firstPosition;
    const keys = new Float32Array(numRows * headDim); // (numRows, headDim)
    const values = new Float32Array(numRows * headDim);
    blocks.forEach((block, i) => {
      const [from, end] = [starts[block] * headDim, starts[block + 1] * headDim];
      const to = (placed.firstPositions[i] - this.firstPosition) * headDim;
      keys.set(stored.keys.subarray(from, end), to);
      values.set(stored.values.subarray(from, end), to);
    });
    return tf.tidy(() => {
      const table = ropeTable(tf, ropeOf(this.#config, layer), this.firstPosition, numRows);
      const rotated = rotateRows(tf, tf.tensor3d(keys, [numRows, 1, headDim]), table, this.#turn);
      return {
        blocks, mass, numRows,
        keys: tf.keep(tf.transpose(tf.reshape(rotated, [numRows, headDim]) as Tensor2D)),
        values: tf.keep(tf.tensor2d(values, [numRows, headDim])),
      };
    });
  }
}
