// Takes a document's bytes from a request: hashed and counted as they come, never held whole.
import { createHash, randomUUID } from 'node:crypto';
import { type BlobStore, documentIdOf, type DocumentRecord, type DocumentStore, type MediaType, ServiceError } from '@lectern/shared';
import { documentKeys } from './blob-keys.ts';
import { checkSignature, SIGNATURE_BYTES } from './signature.ts';

export interface Received {
  tenant: string;
  /** Undefined: named by its id. */
  name: string | undefined;
  mediaType: MediaType;
  source: AsyncIterable<Uint8Array>;
  maxBytes: number;
}

export async function receiveDocument(stores: { blobs: BlobStore; documents: DocumentStore }, given: Received): Promise<{ created: boolean; record: DocumentRecord }> {
  const { blobs, documents } = stores;
  const { tenant, mediaType, maxBytes } = given;
  const uploadKey = documentKeys.upload(`${Date.now()}-${randomUUID()}`);
  const hash = createHash('sha256');
  let numBytes = 0;
  let head = Buffer.alloc(0);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const part of given.source) {
      numBytes += part.length;
      if (numBytes > maxBytes) throw tooLarge(maxBytes, numBytes, 'at least ');
      hash.update(part);
      if (head.length < SIGNATURE_BYTES) {
        head = Buffer.concat([head, part.subarray(0, SIGNATURE_BYTES - head.length)]);
        if (head.length === SIGNATURE_BYTES) checkSignature(mediaType, head);
      }
      yield part;
    }
    if (numBytes === 0) throw new ServiceError('DOCUMENT_EMPTY', 'the document has no bytes');
    checkSignature(mediaType, head);
  }
  await blobs.put(uploadKey, counted());
  try {
    const sha256 = hash.digest('hex');
    const id = documentIdOf(tenant, mediaType, sha256);
    return await documents.exclusively(tenant, id, async () => {
      const known = await documents.get(tenant, id);
      if (known && (await blobs.stat(documentKeys.source(id)))) return { created: false, record: known };
      await blobs.move(uploadKey, documentKeys.source(id));
      return documents.put({ id, tenant, name: given.name ?? id, mediaType, sha256, numBytes, createdAt: new Date().toISOString() });
    });
  } finally {
    await blobs.delete(uploadKey); // gone when it was moved
  }
}

export function tooLarge(limit: number, actual: number, atLeast = ''): ServiceError {
  return new ServiceError('DOCUMENT_TOO_LARGE', `the document has ${atLeast}${actual} bytes, the limit is ${limit}`, { details: { limit, actual } });
}

const ABANDONED_AFTER_MS = 24 * 3_600 * 1000;

/** Uploads that a killed process left between two steps. */
export async function removeAbandonedUploads(blobs: BlobStore, now: number = Date.now()): Promise<number> {
  let removed = 0;
  for await (const { key } of blobs.list(documentKeys.uploads)) {
    const startedAt = Number(key.slice(documentKeys.uploads.length).split('-')[0]);
    if (now - startedAt > ABANDONED_AFTER_MS && (await blobs.delete(key))) removed++;
  }
  return removed;
}
