// Blobs in order, the next few already on their way: opening, reading and checking many small files one after the other would be the
// greater part of a scan. Memory: `depth` blobs.
import type { BlobStore } from '@lectern/shared';

export async function* readAhead(blobs: BlobStore, keys: readonly string[], depth: number): AsyncGenerator<Buffer> {
  const pending: Array<Promise<Buffer>> = [];
  let next = 0;
  const start = (): void => {
    if (next === keys.length) return;
    const blob = blobs.get(keys[next++]);
    blob.catch(() => {}); // told when its turn comes; never, when the scan ended before
    pending.push(blob);
  };
  for (let i = 0; i < depth; i++) start();
  for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
    const blob = await first;
    start();
    yield blob;
  }
}
