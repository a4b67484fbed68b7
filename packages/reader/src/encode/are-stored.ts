// Which of many blobs are there. Several are asked about at once: a store behind a network answers each after a while.
import type { BlobStore } from '@lectern/shared';

const ASKED_AT_ONCE = 16;

export async function areStored(blobs: BlobStore, keys: readonly string[]): Promise<boolean[]> {
  const stored: boolean[] = [];
  for (let from = 0; from < keys.length; from += ASKED_AT_ONCE) {
    const stats = await Promise.all(keys.slice(from, from + ASKED_AT_ONCE).map((key) => blobs.stat(key)));
    for (const stat of stats) stored.push(stat !== undefined);
  }
  return stored;
}
