// A stored document of which each layer and KV head reads only the blocks that its first queries chose (contract: ContextPart 'sparse').
import assert from 'node:assert';
import { BLOCK_SIZE, checkBlockStarts, evenBlockStarts, placeBlocks, rotate, selectBlocks } from '@lectern/sparse-attn';
import { headRows } from '../common/stored-heads.ts';
import { ropeOf, softmaxScaleOf } from '../rope-of.ts';
import type { BlockSelection, ContextPart, EncodedBlocks, TransformerConfig } from '../contract.ts';

/** The chosen blocks of one layer and KV head, gathered in document order and rotated to their contiguous positions. */
export interface ChosenRows {
  blocks: Int32Array;
  mass: number;
  numKeys: number;
  keys: Float32Array; // (numKeys, headDim), RoPE applied
  values: Float32Array; // (numKeys, headDim)
}

export class SparsePart {
  readonly #config: TransformerConfig;
  readonly #blocks: EncodedBlocks;
  readonly #blockStarts: Int32Array; // (numBlocks + 1)
  readonly #budgetBlocks: number;
  readonly #windowBlocks: number;
  readonly firstPosition: number;
  /** Positions that it takes, however many tokens are read. */
  readonly numPositions: number;
  #chosen = new Map<number, ChosenRows>(); // layer * numKvHeads + kvHead ->
  bytesRead = 0;

  constructor(config: TransformerConfig, part: ContextPart & { kind: 'sparse' }, firstPosition: number) {
    const { blocks, budgetBlocks, windowBlocks } = part;
    assert(Number.isInteger(budgetBlocks) && budgetBlocks >= 0, `budgetBlocks is ${budgetBlocks}`);
    assert(Number.isInteger(windowBlocks) && windowBlocks >= 0, `windowBlocks is ${windowBlocks}`);
    this.#config = config;
    this.#blocks = blocks;
    this.#blockStarts = part.blockStarts ?? evenBlockStarts(blocks.numTokens);
    checkBlockStarts(this.#blockStarts, blocks.numTokens, BLOCK_SIZE);
    this.#budgetBlocks = budgetBlocks;
    this.#windowBlocks = windowBlocks;
    this.firstPosition = firstPosition;
    this.numPositions = Math.min(blocks.numTokens, (budgetBlocks + windowBlocks) * BLOCK_SIZE);
  }

  /** The rows that this layer and KV head reads; chosen by these queries when it is asked for the first time. */
  rows(
    layer: number,
    kvHead: number,
    queries: Float32Array, // (new tokens x heads of the group, headDim), RoPE applied
  ): ChosenRows {
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

  #choose(layer: number, kvHead: number, queries: Float32Array): ChosenRows {
    const { headDim } = this.#config;
    const starts = this.#blockStarts;
    const stored = headRows(this.#blocks, layer, kvHead, headDim);
    const { blocks, mass } = selectBlocks(blockLse(queries, stored.keys, starts, headDim, softmaxScaleOf(this.#config)), starts.length - 1, queries.length / headDim, {
      budgetBlocks: this.#budgetBlocks, windowBlocks: this.#windowBlocks,
    });
    const placed = placeBlocks(blocks, starts, this.firstPosition);
    const numKeys = placed.end - this.firstPosition;
    const keys = new Float32Array(numKeys * headDim);
    const values = new Float32Array(numKeys * headDim);
    blocks.forEach((block, i) => {
      const [from, end] = [starts[block] * headDim, starts[block + 1] * headDim];
      const to = (placed.firstPositions[i] - this.firstPosition) * headDim;
      keys.set(stored.keys.subarray(from, end), to);
      values.set(stored.values.subarray(from, end), to);
    });
    const rope = ropeOf(this.#config, layer);
    for (let key = 0; key < numKeys; key++) rotate(keys.subarray(key * headDim, (key + 1) * headDim), this.firstPosition + key, rope);
    return { blocks, mass, numKeys, keys, values };
  }
}

/** (numBlocks, numQueries): log-sum-exp of scale * q.k over each block's stored keys. */
function blockLse(queries: Float32Array, keys: Float32Array, blockStarts: Int32Array, headDim: number, scale: number): Float32Array {
  const numQueries = queries.length / headDim;
  const numBlocks = blockStarts.length - 1;
  const lse = new Float32Array(numBlocks * numQueries).fill(Number.NEGATIVE_INFINITY);
  for (let block = 0; block < numBlocks; block++) {
    for (let query = 0; query < numQueries; query++) {
      const scores: number[] = [];
      for (let key = blockStarts[block]; key < blockStarts[block + 1]; key++) {
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += queries[query * headDim + d] * keys[key * headDim + d];
        scores.push(dot * scale);
      }
      if (scores.length === 0) continue;
      const max = Math.max(...scores);
      lse[block * numQueries + query] = max + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
    }
  }
  return lse;
}
