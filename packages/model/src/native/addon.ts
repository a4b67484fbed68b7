// Every export of model.node, in the order of native/src/addon.cpp. Handles are opaque; all calls are synchronous.
import { type IsaAddon, loadAddon } from '@lectern/sparse-attn';
import type { Precision, TensorInfo, Traffic, TransformerConfig } from '../contract.ts';
import type { BertConfig } from '../embedder/contract.ts';

export type SessionHandle = { readonly session: unique symbol };
export type ContextHandle = { readonly context: unique symbol };
export type EmbedderHandle = { readonly embedder: unique symbol };

export interface ModelSpec {
  /** TensorInfo.shard names one of them; absent, the first. */
  files: ReadonlyArray<{ path: string; numBytes: number }>;
  config: TransformerConfig;
  tensors: readonly TensorInfo[];
}

export interface ModelAddon extends IsaAddon {
  /** precision: what is wished for; empty: the faster. `precision` says what came of it. */
  load(spec: ModelSpec, isa: string, numThreads: number, precision: Precision | ''): SessionHandle;
  precision(session: SessionHandle): Precision;
  createContext(session: SessionHandle, numPositions: number, capacity: number): ContextHandle;
  copyPrefix(context: ContextHandle, prefix: ContextHandle): void;
  appendBlocks(
    session: SessionHandle, context: ContextHandle, keys: Float32Array, values: Float32Array, numTokens: number, headIndex: Int32Array,
  ): void;
  setSparse(
    context: ContextHandle, keys: Float32Array, values: Float32Array, headIndex: Int32Array, blockStarts: Int32Array,
    budgetBlocks: number, windowBlocks: number, reserved: number,
  ): void;
  contextState(context: ContextHandle): [length: number, numTokens: number, stopLayer: number];
  selection(context: ContextHandle): { blocks: Int32Array[]; mass: number; bytesRead: number } | undefined;
  takeBlocks(
    session: SessionHandle, context: ContextHandle, from: number, to: number,
    heads: Int32Array, keys: Float32Array, values: Float32Array | null,
  ): void;
  /** logits: 0 none, 1 last, 2 all, 3 log-probabilities of as many last tokens as logitsOut holds. untilLayer: numLayers for a whole pass. Results are written to the arrays given. */
  forward(
    session: SessionHandle, contexts: ContextHandle[], tokens: Int32Array[], logits: number, logitsOut: Float32Array[],
    queries: Int32Array, queriesOut: Float32Array[], untilLayer: number, control: Int32Array | null,
  ): void;
  generate(
    session: SessionHandle, context: ContextHandle, tokens: Int32Array, maxTokens: number, stopTokens: Int32Array,
    temperature: number, topP: number, seed: number, control: Int32Array | null, onToken: ((token: number) => boolean | void) | null,
  ): { tokens: Int32Array; finishReason: 'stop' | 'length' | 'cancelled'; prefillSeconds: number; decodeSeconds: number };
  traffic(session: SessionHandle): Traffic;
  disposeSession(session: SessionHandle): void;
  disposeContext(context: ContextHandle): void;
  loadEmbedder(
    spec: { file: { path: string; numBytes: number }; config: BertConfig; tensors: readonly TensorInfo[] }, isa: string, numThreads: number, precision: Precision | '',
  ): EmbedderHandle;
  embedderPrecision(embedder: EmbedderHandle): Precision;
  /** tokens: of all texts, one after the other; out: (lengths.length, dim). */
  embed(embedder: EmbedderHandle, tokens: Int32Array, lengths: Int32Array, out: Float32Array, control: Int32Array | null): void;
  disposeEmbedder(embedder: EmbedderHandle): void;
}

let loaded: { addon: ModelAddon; isa: string } | undefined;

/** Throws ENGINE_UNAVAILABLE where the addon is not built or the forced instruction set is not there. */
export function modelAddon(): { addon: ModelAddon; isa: string } {
  loaded ??= loadAddon<ModelAddon>('model', import.meta.url);
  return loaded;
}
