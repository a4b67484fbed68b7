// A blob store with copies of its unchanging blobs on a disk of this host: fetched and verified once, then read from there by every thread
// and worker of the host. Whatever is wrong with the disk, what comes back is what the store holds.
import type { BlobStore } from '../blob-store.ts';
import { CacheFiles } from './files.ts';

/** unusable: the cache's disk failed; the blob came from the store. */
export const CACHE_EVENTS = ['hit', 'miss', 'damaged', 'evicted', 'unusable'] as const;
export type CacheEvent = (typeof CACHE_EVENTS)[number];

export interface BlobCacheSettings {
  folder: string;
  maxBytes: number;
  /** Beginnings of the keys whose blobs never change under their key. */
  prefixes: string[];
}

/** `get` uses blocking calls for the copies: for threads that have nothing else to do. */
export function cacheBlobs(store: BlobStore, { folder, maxBytes, prefixes }: BlobCacheSettings, report: (event: CacheEvent, times: number) => void): BlobStore {
  const files = new CacheFiles(folder, maxBytes);
  const isCached = (key: string): boolean => prefixes.some((prefix) => key.startsWith(prefix));

  const readCopy = (key: string): Buffer | undefined => {
    try {
      const found = files.read(key);
      if (found !== 'damaged') return found;
      report('damaged', 1);
    } catch {
      report('unusable', 1); // the copy is lost; the store has the blob
    }
    return undefined;
  };

  const keepCopy = async (key: string, blob: Buffer): Promise<void> => {
    try {
      const numEvicted = await files.write(key, blob);
      if (numEvicted > 0) report('evicted', numEvicted);
    } catch {
      report('unusable', 1); // full, read-only or broken: the next read asks the store again
    }
  };

  const forget = (key: string): void => {
    if (!isCached(key)) return;
    try {
      files.remove(key);
    } catch {
      report('unusable', 1);
    }
  };

  return {
    ...store,
    async get(key) {
      if (!isCached(key)) return store.get(key);
      const copy = readCopy(key);
      if (copy !== undefined) {
        report('hit', 1);
        return copy;
      }
      const blob = await store.get(key); // its checksum verified
      report('miss', 1);
      await keepCopy(key, blob);
      return blob;
    },
    async put(key, bytes) {
      const stat = await store.put(key, bytes);
      forget(key); // a blob that was damaged is made again
      return stat;
    },
    async delete(key) {
      forget(key);
      return store.delete(key);
    },
  };
}
