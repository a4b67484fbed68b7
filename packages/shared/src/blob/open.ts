// The blob store that the settings name. The S3 client (150 ms, some 20 MiB) is loaded only where it is used.
import type { BlobStore } from './blob-store.ts';
import { createFsBlobStore } from './fs.ts';
import type { FileMapper } from './mapped.ts';
import type { BlobStoreSettings } from './settings.ts';

export interface OpenBlobStoreOptions {
  /** For threads that have nothing else to do: files are read with blocking calls. */
  blockingReads?: boolean;
  /** For the same threads: files of a folder are mapped. */
  mapper?: FileMapper | undefined;
  /** For a program's start: throws when the bucket is missing, refused or out of reach. @default true */
  check?: boolean;
}

export async function openBlobStore(settings: BlobStoreSettings, { blockingReads = false, mapper, check = true }: OpenBlobStoreOptions = {}): Promise<BlobStore> {
  if (settings.kind === 'fs') return createFsBlobStore(settings.folder, { blockingReads, mapper });
  const { createS3BlobStore } = await import('./s3/store.ts');
  const store = createS3BlobStore(settings);
  if (check) await store.check();
  return store;
}
