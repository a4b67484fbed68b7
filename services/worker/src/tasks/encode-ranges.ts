// Cuts the chunks that are not stored yet into encode tasks.

export interface ChunkRange { from: number; to: number } // [from, to)

/** A task takes at most this part of a thread's share of what is left: so that no thread idles for long while the last one finishes. */
const PART_OF_SHARE = 1 / 2;

/**
 * Each range starts and ends with a missing chunk and spans at most maxChunks. Small documents, and the end of
 * large ones, are cut finer, so that all threads of all workers take part to the end. Stored chunks outside of every range need no task.
 */
export function encodeRanges(stored: Uint8Array, maxChunks: number, numThreads: number): ChunkRange[] {
  let numMissing = stored.reduce((sum, isStored) => sum + (isStored ? 0 : 1), 0);
  const ranges: ChunkRange[] = [];
  for (let from = 0; from < stored.length; from++) {
    if (stored[from]) continue;
    const size = Math.min(maxChunks, Math.ceil(PART_OF_SHARE * numMissing / numThreads));
    let to = from;
    for (let i = from; i < Math.min(from + size, stored.length); i++) {
      if (stored[i]) continue;
      to = i + 1;
      numMissing--;
    }
    ranges.push({ from, to });
    from = to - 1;
  }
  return ranges;
}
