// The contract of a sentence embedder: texts in, unit vectors out. It knows no document.
import type { Control, LoadOptions } from '../contract.ts';

export type EmbedderEngineName = 'native' | 'reference';

/** A loaded embedder, owned by one thread. Weights are shared by all instances of one file in a process. */
export interface Embedder {
  readonly engine: EmbedderEngineName;
  /** For logs: 'avx512vnni int8 x2'. */
  readonly device: string;
  /** Numbers of a vector. */
  readonly dim: number;
  /** Tokens of a text that count, those that begin and end it included. */
  readonly maxTokens: number;
  /** Bytes that a call takes beyond the weights, whatever the number of texts: an estimate from above. */
  readonly workBytes: number;
  /** Tokens of the whole text, those that begin and end it included: may be more than maxTokens. */
  numTokens(text: string): number;
  /**
   * One vector (dim) of length 1 for each text, in order: the mean over its tokens' last hidden states. Of a longer text the first maxTokens
   * tokens count. Any number of texts: batches are made inside. A cancel through `control` throws JOB_CANCELLED.
   */
  embed(texts: readonly string[], control?: Control): Promise<Float32Array[]>;
  /** Releases the weights. Idempotent. */
  close(): void;
}

export interface OpenEmbedderOptions extends Omit<LoadOptions, 'engines'> {
  /** Tried in this order; default native, reference. One of another name has no embedder, and says so. */
  engines?: readonly string[];
}

/** Sizes of a BERT encoder. */
export interface BertConfig {
  numLayers: number;
  dim: number;
  numHeads: number;
  ffnDim: number;
  vocabSize: number;
  maxTokens: number; // positions
  numTypes: number; // of tokens; all are of the first
  layerNormEps: number;
}

/** In models.json. The files lie in `folder` of the wheel; their names are those in the embedder's own folder. */
export interface EmbedderEntry {
  id: string; // 'all-minilm-l6-v2'
  name: string;
  licence: string;
  source: { kind: 'pypi'; package: string; version: string; folder: string };
  files: Array<{ name: string; numBytes: number; sha256: string }>;
}
