// The index's blobs, parsed, in order and in batches. Where the store maps files, a blob is parsed once for as long as it is the same:
// what is left of later scans is the arithmetic.
import type { BlobStore } from '@lectern/shared';
import { parseEmbeddings, type ChunkEmbeddings } from '../segment/embeddings.ts';
import { parseSegment, type Segment } from '../segment/format.ts';
import { parseTrailEntry, type TrailEntry } from '../segment/trail-entry.ts';
import { READ_AHEAD, readAhead } from './read-ahead.ts';

/** Views are no copies: a batch is as large as its bookkeeping may be. */
const BATCH_VIEWS = 2048;

export interface Part<T> {
  value: T;
  numBytes: number;
}

class StoredParts<T extends object> {
  readonly #parse: (bytes: Uint8Array, key: string) => T;
  readonly #parsed = new WeakMap<Buffer, Part<T>>();

  constructor(parse: (bytes: Uint8Array, key: string) => T) {
    this.#parse = parse;
  }

  async *batches(blobs: BlobStore, keys: readonly string[]): AsyncGenerator<Array<Part<T>>> {
    if (blobs.views === undefined) {
      let index = 0;
      for await (const bytes of readAhead(blobs, keys, READ_AHEAD)) yield [this.#part(bytes, keys[index++])];
      return;
    }
    for (let from = 0; from < keys.length; from += BATCH_VIEWS) {
      const batch = keys.slice(from, from + BATCH_VIEWS);
      yield (await blobs.views(batch)).map((bytes, i) => this.#part(bytes, batch[i]));
    }
  }

  async one(blobs: BlobStore, key: string): Promise<T> {
    const bytes = blobs.views === undefined ? await blobs.get(key) : (await blobs.views([key]))[0];
    return this.#part(bytes, key).value;
  }

  #part(bytes: Buffer, key: string): Part<T> {
    const known = this.#parsed.get(bytes);
    if (known !== undefined) return known;
    const part = { value: this.#parse(bytes, key), numBytes: bytes.length };
    this.#parsed.set(bytes, part);
    return part;
  }
}

export const storedSegments = new StoredParts<Segment>(parseSegment);
export const storedEmbeddings = new StoredParts<ChunkEmbeddings>(parseEmbeddings);
export const storedTrails = new StoredParts<TrailEntry>(parseTrailEntry);
