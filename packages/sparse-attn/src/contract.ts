// The contract of block-sparse grouped-query attention. All tensors are row-major, last dimension contiguous.

/** Tokens per block: the unit of attention, storage and citation. */
export const BLOCK_SIZE = 64;

export type MaybePromise<T> = T | Promise<T>;
export type AttentionEngineName = 'native' | 'tfjs' | 'reference';

/** CSR list of blocks per KV head: head h reads ids[offsets[h] .. offsets[h+1]), ascending, unique. */
export interface BlockTable {
  offsets: Int32Array; // (numKvHeads + 1)
  ids: Int32Array;
}

export interface AttendArgs {
  q: Float32Array; // (numTokens, numHeads, headDim), RoPE applied
  k: Float32Array; // (numKeys, numKvHeads, headDim), RoPE applied
  v: Float32Array; // (numKeys, numKvHeads, headDim)
  numTokens: number;
  numKeys: number;
  numHeads: number; // multiple of numKvHeads; query head h reads KV head floor(h / (numHeads / numKvHeads))
  numKvHeads: number;
  headDim: number;
  /** 1/sqrt(headDim) unless stated. */
  softmaxScale?: number;
  /**
   * Key j is visible to query i iff j <= firstQuery + i. numKeys - numTokens is causal with the queries last
   * (for 2 queries and 5 keys, firstQuery 3: rows 11110 and 11111); numKeys or more makes every key visible.
   */
  firstQuery: number;
  /** Sliding window: key j is visible only if also j > firstQuery + i - window. 1 or more; absent: no limit. */
  window?: number;
  /** Only these 64-key blocks are read (block b covers keys [64 b, 64 b + 64), the last may be short). All of them when absent. */
  blocks?: BlockTable;
}

export interface AttendResult {
  out: Float32Array; // (numTokens, numHeads, headDim): sum softmax(q.k * scale) v; 0 where no key is visible
  lse: Float32Array; // (numTokens, numHeads): natural log-sum-exp of the scaled scores; -Infinity where no key is visible
}

export interface BlockLseArgs {
  q: Float32Array; // (numQueries, headDim), rotated as the caller wishes
  keys: Int8Array; // (numKeys, headDim)
  keyScales: Float32Array; // (numKeys): key = int8 * scale
  blockStarts: Int32Array; // (numBlocks + 1), ascending; block b holds keys [blockStarts[b], blockStarts[b+1])
  headDim: number;
  softmaxScale?: number;
}

/** Blocks of one head in several places, in order: the segments of an index. */
export interface BlockLsePartsArgs extends Pick<BlockLseArgs, 'q' | 'headDim' | 'softmaxScale'> {
  parts: ReadonlyArray<Pick<BlockLseArgs, 'keys' | 'keyScales' | 'blockStarts'>>;
}

/** How one head's log-sum-exps l of a block are made one number: weight * sum over queries of log(exp(l - z) + extra + floor). */
export interface HeadScoring {
  q: Float32Array; // (numQueries, headDim)
  /** Its keys among those of a part. */
  kvHead: number;
  z: Float32Array; // (numQueries)
  extra: Float32Array; // (numExtras, numQueries): what several blocks share, as mass
  weight: number;
}

/** Scores of blocks in several places, in order, summed over heads in their order. */
export interface BlockScoresArgs {
  heads: readonly HeadScoring[];
  headDim: number;
  softmaxScale?: number;
  parts: ReadonlyArray<{
    keys: Int8Array; // (numKvHeads, numKeys, headDim)
    keyScales: Float32Array; // (numKvHeads, numKeys)
    blockStarts: Int32Array; // (numBlocks + 1), from 0 to numKeys
  }>;
  extraOf: Int32Array; // (numBlocks): each block's extra, -1 for none
  floor: number;
  /** (numBlocks): added to. */
  scores: Float64Array;
}

/** Rows of int8 in several places, in order: the stored embeddings of an index. */
export interface DotPartsArgs {
  q: Float32Array; // (dim)
  parts: ReadonlyArray<{
    rows: Int8Array; // (numRows, dim)
    scales: Float32Array; // (numRows): row = int8 * scale
  }>;
}

/** One way to compute. Ties are broken by block id; nothing is ever NaN for finite input. */
export interface AttentionEngine {
  readonly name: AttentionEngineName;
  /** For logs: 'avx512', 'wasm simd', 'float64 loops'. */
  readonly device: string;
  attend(args: AttendArgs): MaybePromise<AttendResult>;
  /** (numBlocks, numQueries): log-sum-exp of scale * q.k over each block's keys; -Infinity for an empty block. */
  blockLse(args: BlockLseArgs): MaybePromise<Float32Array>;
  /**
   * The same over several places at once, (blocks of all parts, numQueries), on the engine's threads. Queries may be rounded to 16 bits:
   * a result may then be off by softmaxScale * max |q| / 65278 * the largest sum of a key's magnitudes. Engines that gain nothing by it
   * leave it out: see blockLseParts().
   */
  blockLseParts?(args: BlockLsePartsArgs): MaybePromise<Float32Array>;
  /**
   * blockLseParts, of which only a score for each block is wanted, begun on the engine's other threads; what is returned ends it on this
   * one too, and must be called before the arguments change. See startBlockScores().
   */
  startBlockScores?(args: BlockScoresArgs): () => void;
  /**
   * (rows of all parts): q . row, on the engine's threads. q may be rounded to 16 bits, the same for every instruction set and number of
   * threads. Left out where nothing is gained by it: see dotParts().
   */
  dotParts?(args: DotPartsArgs): MaybePromise<Float64Array>;
}
