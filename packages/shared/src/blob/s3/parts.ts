// Cuts what is put into the parts of an upload: all of one size but the last, which ends in the blob's trailer.
import { createHash } from 'node:crypto';
import { makeTrailer } from '../trailer.ts';

/** S3 wants at least 5 MiB and at most 10,000 parts: this reaches 80 GB. One part is in memory at a time, and one is being filled. */
export const PART_BYTES = 8 * 2 ** 20;

export interface Part {
  bytes: Buffer;
  /** Of the blob so far, without the trailer. */
  blobBytes: number;
  isLast: boolean;
}

export async function* cutParts(source: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  const hash = createHash('sha256');
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let blobBytes = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    for (let at = 0; at < chunk.length;) {
      const taken = Buffer.from(chunk.subarray(at, at + PART_BYTES - pendingBytes)); // a copy: the source may use its buffer again
      at += taken.length;
      hash.update(taken);
      pending.push(taken);
      pendingBytes += taken.length;
      blobBytes += taken.length;
      if (pendingBytes < PART_BYTES) continue;
      const bytes = Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
      yield { bytes, blobBytes, isLast: false };
    }
  }
  yield { bytes: Buffer.concat([...pending, makeTrailer(blobBytes, hash.digest())]), blobBytes, isLast: true };
}
