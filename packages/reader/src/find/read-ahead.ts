// Things in order, the next few already on their way: opening, reading and checking many small files one after the other would be the
// greater part of a scan. Memory: `depth` of them.
import type { BlobStore } from '@lectern/shared';

/** Blobs read ahead of a scan. */
export const READ_AHEAD = 8;

export async function* inOrder<T>(numItems: number, start: (index: number) => Promise<T>, depth: number): AsyncGenerator<T> {
  const pending: Array<Promise<T>> = [];
  let next = 0;
  const startNext = (): void => {
    if (next === numItems) return;
    const item = start(next++);
    item.catch(() => {}); // told when its turn comes; never, when the scan ended before
    pending.push(item);
  };
  for (let i = 0; i < depth; i++) startNext();
  for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
    const item = await first;
    startNext();
    yield item;
  }
}

export const readAhead = (blobs: BlobStore, keys: readonly string[], depth: number): AsyncGenerator<Buffer> =>
  inOrder(keys.length, (index) => blobs.get(keys[index]), depth);
