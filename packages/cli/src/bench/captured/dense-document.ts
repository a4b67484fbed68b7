// A document in a model's own window, in dense attention, and what each of its heads looks at: log-sum-exps of the scores of every block.
import { evenBlockStarts, quantizeKeys, rotate } from '@lectern/sparse-attn';
import { type Context, type HeadRef, type KvHeadRef, ropeOf, softmaxScaleOf, windowOf } from '@lectern/model';
import { frameOf, type ReaderModel } from '@lectern/reader';
import { lseOf } from './log-sum-exp.ts';

/** What one KV head's group of query heads makes of the document, for each new token; rows: (new tokens x heads of the group). */
export interface GroupMass extends KvHeadRef {
  numRows: number;
  numBlocks: number;
  /** (numRows, numBlocks): softmax over the document's own keys, summed over each block. */
  mass: Float32Array;
  /** The same from keys without positions, as a sparse part scores blocks before it chooses. */
  scored: Float32Array;
  /** (numRows): the document's share of all attention: of prefix, document, and new tokens up to the row's own. */
  share: Float32Array;
}

interface StoredKeys { keys: Int8Array; keyScales: Float32Array }
interface HeadKeys extends KvHeadRef { atPositions: StoredKeys; unplaced: StoredKeys; prefix: Float32Array } // prefix: (numPrefix, headDim), before RoPE

export class DenseDocument {
  readonly numTokens: number;
  readonly #model: ReaderModel;
  readonly #context: Context;
  readonly #numPrefix: number;
  readonly #heads: HeadKeys[];

  private constructor(model: ReaderModel, context: Context, numPrefix: number, numTokens: number) {
    this.#model = model;
    this.#context = context;
    this.#numPrefix = numPrefix;
    this.numTokens = numTokens;
    this.#heads = fullHeads(model).map((head) => this.#keysOf(head));
  }

  /** Prefix, the document's tokens in one sequence; dispose when done. */
  static async read(model: ReaderModel, ids: Int32Array, roomTokens: number): Promise<DenseDocument> {
    const { prefixIds } = frameOf(model);
    const context = model.transformer.context([], prefixIds.length + ids.length + roomTokens);
    await model.transformer.forward([{ context, tokens: Int32Array.of(...prefixIds) }], {});
    await model.transformer.forward([{ context, tokens: ids }], {});
    return new DenseDocument(model, context, prefixIds.length, ids.length);
  }

  /** Full-attention layers only. */
  async look(tokens: Int32Array): Promise<GroupMass[]> {
    const { transformer } = this.#model;
    const { config } = transformer;
    const groupSize = config.numHeads / config.numKvHeads;
    const first = this.#numPrefix + this.numTokens; // position of the first new token
    const context = transformer.context([{ kind: 'prefix', context: this.#context }], first + tokens.length);
    try {
      const wanted: HeadRef[] = this.#heads.flatMap(({ layer, kvHead }) => Array.from({ length: groupSize }, (_, i) => ({ layer, head: kvHead * groupSize + i })));
      const [{ queries }] = await transformer.forward([{ context, tokens }], { queries: wanted }) as [{ queries: Float32Array }];
      const own = transformer.takeBlocks(context, first, first + tokens.length, this.#heads, false).keys;
      const groups: GroupMass[] = [];
      for (const [i, head] of this.#heads.entries()) {
        const q = groupQueries(queries, { numTokens: tokens.length, numWanted: wanted.length, from: i * groupSize, groupSize, headDim: config.headDim });
        groups.push(await this.#massOf(head, q, own.subarray(i * tokens.length * config.headDim, (i + 1) * tokens.length * config.headDim), first));
      }
      return groups;
    } finally {
      context.dispose();
    }
  }

  dispose(): void {
    this.#context.dispose();
  }

  async #massOf(
    head: HeadKeys,
    q: Float32Array, // (numNew x groupSize, headDim), before RoPE; rotated here
    own: Float32Array, // (numNew, headDim), before RoPE; rotated here
    first: number,
  ): Promise<GroupMass> {
    const { attention, transformer: { config } } = this.#model;
    const { headDim } = config;
    const numRows = q.length / headDim;
    const groupSize = config.numHeads / config.numKvHeads;
    const rope = ropeOf(config, head.layer);
    const scale = softmaxScaleOf(config);
    const position = (row: number): number => first + Math.floor(row / groupSize);
    for (let row = 0; row < numRows; row++) rotate(q.subarray(row * headDim, (row + 1) * headDim), position(row), rope);
    const near = Float32Array.of(...head.prefix, ...own); // (numPrefix + numNew, headDim)
    for (let key = 0; key < near.length / headDim; key++) {
      rotate(near.subarray(key * headDim, (key + 1) * headDim), key < this.#numPrefix ? key : first + key - this.#numPrefix, rope);
    }
    const blockStarts = evenBlockStarts(this.numTokens);
    const lse = await attention.blockLse({ q, ...head.atPositions, blockStarts, headDim, softmaxScale: scale });
    const unplaced = await attention.blockLse({ q, ...head.unplaced, blockStarts, headDim, softmaxScale: scale });
    const numBlocks = blockStarts.length - 1;
    const mass = softmaxRows(lse, numBlocks, numRows);
    const share = Float32Array.from(mass.lse, (document, row) => {
      const seen = this.#numPrefix + Math.floor(row / groupSize) + 1;
      const scores = Array.from({ length: seen }, (_, key) => scale * dot(q, row * headDim, near, key * headDim, headDim));
      return 1 / (1 + Math.exp(lseOf(scores) - document));
    });
    return { layer: head.layer, kvHead: head.kvHead, numRows, numBlocks, mass: mass.rows, scored: softmaxRows(unplaced, numBlocks, numRows).rows, share };
  }

  #keysOf(head: KvHeadRef): HeadKeys {
    const { config } = this.#model.transformer;
    const { headDim } = config;
    const end = this.#numPrefix + this.numTokens;
    const { keys } = this.#model.transformer.takeBlocks(this.#context, this.#numPrefix, end, [head], false);
    const prefix = this.#model.transformer.takeBlocks(this.#context, 0, this.#numPrefix, [head], false).keys;
    const unplaced = stored(keys, headDim);
    const rope = ropeOf(config, head.layer);
    for (let key = 0; key < this.numTokens; key++) rotate(keys.subarray(key * headDim, (key + 1) * headDim), this.#numPrefix + key, rope);
    return { ...head, unplaced, atPositions: stored(keys, headDim), prefix };
  }
}

const stored = (keys: Float32Array, headDim: number): StoredKeys => {
  const quantized = quantizeKeys(keys, headDim);
  return { keys: quantized.keys, keyScales: quantized.scales };
};

function fullHeads({ transformer: { config } }: ReaderModel): KvHeadRef[] {
  return Array.from({ length: config.numLayers }, (_, layer) => layer).filter((layer) => windowOf(config, layer) === undefined)
    .flatMap((layer) => Array.from({ length: config.numKvHeads }, (_, kvHead) => ({ layer, kvHead })));
}

interface Group { numTokens: number; numWanted: number; from: number; groupSize: number; headDim: number }

/** (numTokens, numWanted, headDim) -> (numTokens x groupSize, headDim) of one group. */
function groupQueries(queries: Float32Array, { numTokens, numWanted, from, groupSize, headDim }: Group): Float32Array {
  const size = groupSize * headDim;
  const out = new Float32Array(numTokens * size);
  for (let token = 0; token < numTokens; token++) out.set(queries.subarray((token * numWanted + from) * headDim, (token * numWanted + from) * headDim + size), token * size);
  return out;
}

/** (numBlocks, numRows) -> softmax over the blocks, (numRows, numBlocks), and each row's log-sum-exp. */
function softmaxRows(lse: Float32Array, numBlocks: number, numRows: number): { rows: Float32Array; lse: Float32Array } {
  const rows = new Float32Array(numRows * numBlocks);
  const sums = new Float32Array(numRows);
  for (let row = 0; row < numRows; row++) {
    const own = Array.from({ length: numBlocks }, (_, block) => lse[block * numRows + row]!);
    sums[row] = lseOf(own);
    for (const [block, value] of own.entries()) rows[row * numBlocks + block] = Math.exp(value - sums[row]!);
  }
  return { rows, lse: sums };
}

function dot(a: Float32Array, from: number, b: Float32Array, at: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[from + i]! * b[at + i]!;
  return sum;
}
