// The embedding route: the cosine between the question's vector and the nearest of each block's passages. Streamed, as the other routes are.
import { type BlobStore, ServiceError } from '@lectern/shared';
import { type AttentionEngine, dotParts } from '@lectern/sparse-attn';
import type { Chunk, ReaderContext, ReaderEmbedder, ReadingPlan } from '../contract.ts';
import { embeddingsKey } from '../segment/address.ts';
import type { ChunkEmbeddings } from '../segment/embeddings.ts';
import { storedEmbeddings } from './stored-parts.ts';

/** Addresses of the vectors, for as long as a plan's chunks live: hashing a thousand of them takes longer than the scan. */
const addresses = new WeakMap<ReaderEmbedder, WeakMap<Chunk, string>>();

export class EmbeddingScan {
  /** A part per batch of chunks, in order: of each block the cosine of its nearest passage, and which one of its chunk's that is. */
  readonly scores: Float64Array[] = [];
  readonly nearest: Int32Array[] = [];
  numBytes = 0;
  readonly #engine: AttentionEngine;
  readonly #embedder: ReaderEmbedder;
  readonly #addresses: WeakMap<Chunk, string>;
  readonly #question: Float32Array; // (dim)
  readonly #without: string[] = [];

  private constructor(engine: AttentionEngine, embedder: ReaderEmbedder, question: Float32Array) {
    this.#engine = engine;
    this.#embedder = embedder;
    this.#addresses = addresses.get(embedder) ?? new WeakMap<Chunk, string>();
    addresses.set(embedder, this.#addresses);
    this.#question = question;
  }

  /** Undefined without an embedder. */
  static async start({ model, embedder }: ReaderContext, question: string): Promise<EmbeddingScan | undefined> {
    if (embedder === undefined) return undefined;
    const [vector] = await embedder.embedder.embed([question]);
    return new EmbeddingScan(model.attention, embedder, vector);
  }

  /** Documents of readings that were made without this embedder: with one of these the route compares unequal things and is left out. */
  get without(): readonly string[] {
    return this.#without;
  }

  /** The next reading's chunks. */
  async add(blobs: BlobStore, plan: ReadingPlan, chunks: readonly Chunk[]): Promise<void> {
    if (this.#without.length > 0) return;
    const keys = chunks.map((chunk) => this.#addressOf(plan, chunk));
    let from = 0;
    try {
      for await (const parts of storedEmbeddings.batches(blobs, keys)) {
        const batch = chunks.slice(from, from + parts.length);
        for (const [i, chunk] of batch.entries()) this.#check(parts[i].value, chunk, keys[from + i]);
        from += parts.length;
        this.numBytes += parts.reduce((sum, part) => sum + part.numBytes, 0);
        const found = parts.map((part) => part.value);
        // Cosines: both vectors have length 1 but for the rounding to 8 bits.
        const cosines = await dotParts(this.#engine, { q: this.#question, parts: found.map(({ vectors, scales }) => ({ rows: vectors, scales })) });
        const { best, nearest } = bestOfBlocks(cosines, found);
        this.scores.push(best);
        this.nearest.push(nearest);
      }
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === 'BLOB_NOT_FOUND')) throw error;
      this.#without.push(plan.documentId);
    }
  }

  #addressOf(plan: ReadingPlan, chunk: Chunk): string {
    const made = this.#addresses.get(chunk) ?? embeddingsKey(this.#embedder, plan, chunk);
    this.#addresses.set(chunk, made);
    return made;
  }

  #check({ numBlocks, dim }: ChunkEmbeddings, chunk: Chunk, key: string): void {
    if (numBlocks === chunk.numBlocks && dim === this.#question.length) return;
    throw new ServiceError('BLOB_CORRUPT', `blob ${key} has ${numBlocks} blocks of ${dim}, not ${chunk.numBlocks} of ${this.#question.length}`, { details: { key } });
  }
}

/** A block without a passage, as one without letters, has no rank. */
const NONE = Number.NEGATIVE_INFINITY;

/** (blocks of all chunks) from a cosine for each passage of all chunks. */
function bestOfBlocks(cosines: Float64Array, chunks: readonly ChunkEmbeddings[]): { best: Float64Array; nearest: Int32Array } {
  const total = chunks.reduce((sum, { numBlocks }) => sum + numBlocks, 0);
  const best = new Float64Array(total).fill(NONE);
  const nearest = new Int32Array(total).fill(-1);
  let passage = 0;
  let first = 0;
  for (const { numBlocks, firstBlocks, lastBlocks } of chunks) {
    for (let p = 0; p < firstBlocks.length; p++, passage++) {
      for (let block = first + firstBlocks[p]; block <= first + lastBlocks[p]; block++) {
        if (!(cosines[passage] > best[block])) continue;
        best[block] = cosines[passage];
        nearest[block] = p;
      }
    }
    first += numBlocks;
  }
  return { best, nearest };
}
