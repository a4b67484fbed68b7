// Progress of a reading as an event of every job that waits for it: about once a second, however many workers encode it.
import type { WorkerParts } from '../parts.ts';

const INTERVAL_MS = 1_000;

export class ProgressReports {
  readonly #lastAt = new Map<string, number>();

  /** Call after each chunk. */
  async report({ stores, redis }: Pick<WorkerParts, 'stores' | 'redis'>, readingId: string): Promise<void> {
    const now = Date.now();
    if (now - (this.#lastAt.get(readingId) ?? 0) < INTERVAL_MS) return;
    this.#forgetBefore(now - INTERVAL_MS);
    this.#lastAt.set(readingId, now);
    const isMine = await redis.set(`lectern:reading:${readingId}:reported`, 1, 'PX', INTERVAL_MS, 'NX');
    if (isMine !== 'OK') return;
    const [reading, jobIds] = await Promise.all([stores.readings.get(readingId), stores.readings.waiting(readingId)]);
    if (!reading || reading.numTokens === 0) return;
    const { tokensDone, numTokens, chunksEncoded, chunksReused, numChunks } = reading;
    const data = { doneTokens: tokensDone, totalTokens: numTokens, chunksEncoded, chunksReused, totalChunks: numChunks };
    await Promise.all(jobIds.map((jobId) => stores.jobs.appendEvent(jobId, 'progress', data)));
  }

  #forgetBefore(at: number): void {
    for (const [readingId, lastAt] of this.#lastAt) if (lastAt < at) this.#lastAt.delete(readingId);
  }
}
