// Deletes what belongs to a document beside its record. Segments are shared by address and stay for the collector.
import type { ApiDeps } from '../deps.ts';
import { documentKeys } from './blob-keys.ts';

export async function removeDocumentParts({ blobs, readings }: Pick<ApiDeps, 'blobs' | 'readings'>, tenant: string, id: string): Promise<void> {
  for (const readingId of await readings.ofDocument(tenant, id)) {
    await readings.remove(readingId);
    for await (const { key } of blobs.list(documentKeys.reading(readingId))) await blobs.delete(key);
  }
  for await (const { key } of blobs.list(documentKeys.document(id))) await blobs.delete(key);
}
