// The embedding route: the cosine between the question's vector and each block's. Streamed, as the other routes are.
import { type BlobStore, ServiceError } from '@lectern/shared';
import type { Chunk, ReaderContext, ReaderEmbedder, ReadingPlan } from '../contract.ts';
import { embeddingsKey } from '../segment/address.ts';
import type { BlockEmbeddings } from '../segment/embeddings.ts';
import { storedEmbeddings } from './stored-parts.ts';

export class EmbeddingScan {
  /** A part per batch of chunks, in order. */
  readonly scores: Float64Array[] = [];
  numBytes = 0;
  readonly #embedder: ReaderEmbedder;
  readonly #question: Float32Array; // (dim)
  readonly #without: string[] = [];

  private constructor(embedder: ReaderEmbedder, question: Float32Array) {
    this.#embedder = embedder;
    this.#question = question;
  }

  /** Undefined without an embedder. */
  static async start({ embedder }: ReaderContext, question: string): Promise<EmbeddingScan | undefined> {
    if (embedder === undefined) return undefined;
    const [vector] = await embedder.embedder.embed([question]);
    return new EmbeddingScan(embedder, vector);
  }

  /** Documents of readings that were made without this embedder: with one of these the route compares unequal things and is left out. */
  get without(): readonly string[] {
    return this.#without;
  }

  /** The next reading's chunks. */
  async add(blobs: BlobStore, plan: ReadingPlan, chunks: readonly Chunk[]): Promise<void> {
    if (this.#without.length > 0) return;
    const keys = chunks.map((chunk) => embeddingsKey(this.#embedder, plan, chunk));
    let from = 0;
    try {
      for await (const parts of storedEmbeddings.batches(blobs, keys)) {
        const batch = chunks.slice(from, from + parts.length);
        for (const [i, chunk] of batch.entries()) this.#check(parts[i].value, chunk, keys[from + i]);
        from += parts.length;
        this.numBytes += parts.reduce((sum, part) => sum + part.numBytes, 0);
        this.scores.push(cosines(this.#question, parts.map((part) => part.value)));
      }
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === 'BLOB_NOT_FOUND')) throw error;
      this.#without.push(plan.documentId);
    }
  }

  #check({ numBlocks, dim }: BlockEmbeddings, chunk: Chunk, key: string): void {
    if (numBlocks === chunk.numBlocks && dim === this.#question.length) return;
    throw new ServiceError('BLOB_CORRUPT', `blob ${key} has ${numBlocks} blocks of ${dim}, not ${chunk.numBlocks} of ${this.#question.length}`, { details: { key } });
  }
}

/** (blocks of all parts): scale * sum of q_i code_i; both vectors have length 1 but for the rounding to 8 bits. */
function cosines(question: Float32Array, parts: readonly BlockEmbeddings[]): Float64Array {
  const scores = new Float64Array(parts.reduce((sum, { numBlocks }) => sum + numBlocks, 0));
  const dim = question.length;
  let at = 0;
  for (const { numBlocks, scales, vectors } of parts) {
    for (let block = 0, from = 0; block < numBlocks; block++, from += dim) {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += question[i] * vectors[from + i];
      scores[at++] = sum * scales[block];
    }
  }
  return scores;
}
