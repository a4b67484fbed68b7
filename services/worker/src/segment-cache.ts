// Where this host keeps its copies of segments. Only for a store behind a network: copies of files beside the files would be waste.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { blobKeys } from '@lectern/reader';
import { type BlobCacheSettings, blobStoreSettings } from '@lectern/shared';
import type { WorkerConfig } from './config.ts';

export function segmentCacheSettings(config: WorkerConfig): BlobCacheSettings | undefined {
  const store = blobStoreSettings(config);
  if (store.kind === 'fs' || config.SEGMENT_CACHE_BYTES === 0) return undefined;
  const place = createHash('sha256').update(JSON.stringify([store.endpoint, store.bucket, store.prefix])).digest('hex').slice(0, 16);
  return { folder: join(config.LECTERN_HOME, 'cache', place), maxBytes: config.SEGMENT_CACHE_BYTES, prefixes: [...blobKeys.unchanging] };
}
