// A reading's tokens on the blob store: records of 8 bytes (Int32 id, Uint32 byteStart in the text), so texts reach up to 4 GB.
import assert from 'node:assert';
import { ServiceError, type BlobStore } from '@lectern/shared';
import { blobKeys } from '../blob-keys.ts';

const RECORD_BYTES = 8;
const BATCH_RECORDS = 1 << 15;

/** Collects records for one streamed put. */
export class TokenBatch {
  #records = new Int32Array(2 * BATCH_RECORDS);
  #numRecords = 0;

  get isFull(): boolean {
    return this.#numRecords >= BATCH_RECORDS / 2;
  }

  add(ids: Int32Array, byteStarts: Uint32Array, firstByte: number): void {
    assert(this.#numRecords + ids.length <= BATCH_RECORDS, 'a piece of more tokens than half a batch');
    for (let i = 0; i < ids.length; i++) {
      const at = 2 * (this.#numRecords + i);
      this.#records[at] = ids[i];
      this.#records[at + 1] = firstByte + byteStarts[i];
    }
    this.#numRecords += ids.length;
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.#records.slice(0, 2 * this.#numRecords).buffer);
    this.#numRecords = 0;
    return bytes;
  }
}

export interface TokenRange {
  ids: Int32Array;
  byteStarts: Uint32Array; // absolute in the text
}

/** Tokens [start, end). */
export async function readTokens(blobs: BlobStore, readingId: string, start: number, end: number): Promise<TokenRange> {
  const key = blobKeys.tokens(readingId);
  const bytes = await blobs.getRange(key, start * RECORD_BYTES, end * RECORD_BYTES);
  if (bytes.length !== (end - start) * RECORD_BYTES) {
    throw new ServiceError('BLOB_CORRUPT', `blob ${key} holds no tokens ${start}-${end}`, { details: { key } });
  }
  const ids = new Int32Array(end - start);
  const byteStarts = new Uint32Array(end - start);
  for (let i = 0; i < ids.length; i++) {
    ids[i] = bytes.readInt32LE(i * RECORD_BYTES);
    byteStarts[i] = bytes.readUInt32LE(i * RECORD_BYTES + 4);
  }
  return { ids, byteStarts };
}
