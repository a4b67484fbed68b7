// The keys and values of one sequence: dense rows (prefix, replayed blocks, own tokens) and at most one sparse part.
import assert from 'node:assert';
import { rotate } from '@lectern/sparse-attn';
import { checkRoom, type ContextState } from '../common/checks.ts';
import { headRows } from '../common/stored-heads.ts';
import { ropeOf } from '../rope-of.ts';
import { SparsePart } from './sparse-part.ts';
import type { BlockSelection, Context, ContextPart, EncodedBlocks, TransformerConfig } from '../contract.ts';

/** One layer's rows; arrays have room for all rows the context may ever hold. */
export interface LayerRows {
  keys: Float32Array; // (maxRows, numKvHeads, headDim), before RoPE
  rotatedKeys: Float32Array; // (maxRows, numKvHeads, headDim)
  values: Float32Array; // (maxRows, numKvHeads, headDim)
}

export class ReferenceContext implements Context, ContextState {
  readonly config: TransformerConfig;
  readonly capacity: number;
  readonly layers: LayerRows[];
  /** Row of each own token. */
  readonly ownRows: number[] = [];
  numRows = 0;
  sparse: SparsePart | undefined;
  /** Layers below it hold keys and values, this one holds keys only, those above nothing; numLayers when no pass stopped early. */
  stopLayer: number;
  disposed = false;

  constructor(config: TransformerConfig, parts: readonly ContextPart[], capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 0, `capacity is ${capacity}`);
    this.config = config;
    this.capacity = capacity;
    this.stopLayer = config.numLayers;
    const rowSize = config.numKvHeads * config.headDim;
    const maxRows = capacity + numReplayedRows(parts);
    this.layers = Array.from({ length: config.numLayers }, () => ({
      keys: new Float32Array(maxRows * rowSize),
      rotatedKeys: new Float32Array(maxRows * rowSize),
      values: new Float32Array(maxRows * rowSize),
    }));
    for (const [i, part] of parts.entries()) this.#append(part, i);
    checkRoom(this, 0);
  }

  get numTokens(): number {
    return this.ownRows.length;
  }

  get length(): number {
    return this.numRows + (this.sparse?.numPositions ?? 0);
  }

  selection(): BlockSelection | undefined {
    return this.sparse?.selection();
  }

  dispose(): void {
    this.disposed = true;
    this.layers.length = 0;
  }

  #append(part: ContextPart, index: number): void {
    assert(!this.sparse, 'a part stands after the sparse part');
    if (part.kind === 'prefix') {
      assert(index === 0, 'a prefix must be the first part');
      this.#copyPrefix(part.context);
    } else if (part.kind === 'blocks') {
      this.#replay(part.blocks);
    } else {
      this.sparse = new SparsePart(this.config, part, this.length);
    }
  }

  #copyPrefix(prefix: Context): void {
    assert(prefix instanceof ReferenceContext && !prefix.disposed, 'the prefix is no live context of this engine');
    assert(!prefix.sparse, 'the prefix holds a sparse part');
    assert(prefix.stopLayer === this.config.numLayers, `the prefix was run up to layer ${prefix.stopLayer} only`);
    this.numRows = prefix.numRows;
    this.ownRows.push(...prefix.ownRows);
    checkRoom(this, 0);
    const numValues = prefix.numRows * this.config.numKvHeads * this.config.headDim;
    this.layers.forEach((rows, layer) => {
      for (const name of ['keys', 'rotatedKeys', 'values'] as const) rows[name].set(prefix.layers[layer][name].subarray(0, numValues));
    });
  }

  #replay(blocks: EncodedBlocks): void {
    const { numKvHeads, headDim } = this.config;
    for (let layer = 0; layer < this.config.numLayers; layer++) {
      const rope = ropeOf(this.config, layer);
      for (let kvHead = 0; kvHead < numKvHeads; kvHead++) {
        const { keys, values } = headRows(blocks, layer, kvHead, headDim);
        for (let token = 0; token < blocks.numTokens; token++) {
          const from = token * headDim;
          const to = ((this.numRows + token) * numKvHeads + kvHead) * headDim;
          const rows = this.layers[layer];
          rows.keys.set(keys.subarray(from, from + headDim), to);
          rows.rotatedKeys.set(keys.subarray(from, from + headDim), to);
          rotate(rows.rotatedKeys.subarray(to, to + headDim), this.numRows + token, rope);
          rows.values.set(values.subarray(from, from + headDim), to);
        }
      }
    }
    this.numRows += blocks.numTokens;
  }
}

function numReplayedRows(parts: readonly ContextPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'blocks') return sum + part.blocks.numTokens;
    if (part.kind === 'prefix' && part.context instanceof ReferenceContext) return sum + part.context.numRows - part.context.numTokens;
    return sum;
  }, 0);
}
