// A sequence of the native engine: checks its parts, fills the addon's context from them.
import assert from 'node:assert';
import { BLOCK_SIZE, checkBlockStarts, evenBlockStarts } from '@lectern/sparse-attn';
import type { BlockSelection, Context, ContextPart, EncodedBlocks, TransformerConfig } from '../contract.ts';
import type { ContextHandle, ModelAddon, SessionHandle } from './addon.ts';

export class NativeContext implements Context {
  readonly handle: ContextHandle;
  readonly #addon: ModelAddon;
  #disposed = false;

  constructor(addon: ModelAddon, session: SessionHandle, config: TransformerConfig, parts: readonly ContextPart[], capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 0, `capacity is ${capacity}`);
    checkOrder(parts);
    this.#addon = addon;
    const before = parts.reduce((sum, part) => sum + numPositions(part), 0);
    this.handle = addon.createContext(session, before + capacity, capacity);
    for (const part of parts) {
      if (part.kind === 'prefix') {
        assert(!prefix(part).hasSparse && prefix(part).stopLayer === config.numLayers, 'a prefix is a whole context without a sparse part');
        addon.copyPrefix(this.handle, prefix(part).handle);
        continue;
      }
      const { keys, values, numTokens } = part.blocks;
      assert(values, 'the stored blocks have no values');
      const heads = headIndex(part.blocks, config);
      if (part.kind === 'blocks') {
        addon.appendBlocks(session, this.handle, keys, values, numTokens, heads);
      } else {
        const starts = part.blockStarts ?? evenBlockStarts(numTokens);
        checkBlockStarts(starts, numTokens, BLOCK_SIZE);
        addon.setSparse(this.handle, keys, values, heads, starts, part.budgetBlocks, part.windowBlocks, numPositions(part));
        this.hasSparse = true;
      }
    }
  }

  hasSparse = false;

  get length(): number {
    return this.#addon.contextState(this.handle)[0];
  }

  get numTokens(): number {
    return this.#addon.contextState(this.handle)[1];
  }

  /** Layers below it have keys and values, this one keys only; numLayers for a whole context. */
  get stopLayer(): number {
    return this.#addon.contextState(this.handle)[2];
  }

  selection(): BlockSelection | undefined {
    return this.#addon.selection(this.handle);
  }

  dispose(): void {
    if (!this.#disposed) this.#addon.disposeContext(this.handle);
    this.#disposed = true;
  }
}

function checkOrder(parts: readonly ContextPart[]): void {
  parts.forEach((part, i) => {
    assert(part.kind !== 'prefix' || i === 0, 'a prefix must be the first part');
    assert(part.kind !== 'sparse' || i === parts.length - 1, 'a part stands after the sparse part');
    if (part.kind !== 'sparse') return;
    assert(Number.isInteger(part.budgetBlocks) && part.budgetBlocks >= 0, `budgetBlocks is ${part.budgetBlocks}`);
    assert(Number.isInteger(part.windowBlocks) && part.windowBlocks >= 0, `windowBlocks is ${part.windowBlocks}`);
  });
}

function prefix(part: ContextPart & { kind: 'prefix' }): NativeContext {
  assert(part.context instanceof NativeContext, 'the prefix belongs to another engine');
  return part.context;
}

/** Positions that a part takes beside own tokens (capacity counts a prefix's). */
function numPositions(part: ContextPart): number {
  if (part.kind === 'prefix') return prefix(part).length - prefix(part).numTokens;
  if (part.kind === 'blocks') return part.blocks.numTokens;
  return Math.min(part.blocks.numTokens, (part.budgetBlocks + part.windowBlocks) * BLOCK_SIZE);
}

/** (numLayers * numKvHeads) -> where in the stored arrays that head lies. */
function headIndex(blocks: EncodedBlocks, { numLayers, numKvHeads }: TransformerConfig): Int32Array {
  const index = new Int32Array(numLayers * numKvHeads).fill(-1);
  blocks.heads.forEach(({ layer, kvHead }, i) => {
    if (layer < numLayers && kvHead < numKvHeads) index[layer * numKvHeads + kvHead] = i;
  });
  assert(!index.includes(-1), 'the stored blocks do not hold every layer and KV head');
  return index;
}
