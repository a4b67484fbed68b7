// Cuts the chunks that are not stored yet into encode tasks.

export interface ChunkRange { from: number; to: number } // [from, to)

/** Tasks per thread: so that no thread idles for long while the last one finishes. */
const TASKS_PER_THREAD = 2;

/**
 * Each range starts and ends with a missing chunk and spans at most maxChunks. Small documents are cut finer,
 * so that all threads of all workers take part. Stored chunks outside of every range need no task.
 */
export function encodeRanges(stored: Uint8Array, maxChunks: number, numThreads: number): ChunkRange[] {
  const numMissing = stored.reduce((sum, isStored) => sum + (isStored ? 0 : 1), 0);
  const size = Math.min(maxChunks, Math.max(1, Math.ceil(numMissing / (TASKS_PER_THREAD * numThreads))));
  const ranges: ChunkRange[] = [];
  for (let from = 0; from < stored.length; from++) {
    if (stored[from]) continue;
    let to = from + 1;
    for (let i = to; i < Math.min(from + size, stored.length); i++) if (!stored[i]) to = i + 1;
    ranges.push({ from, to });
    from = to - 1;
  }
  return ranges;
}
