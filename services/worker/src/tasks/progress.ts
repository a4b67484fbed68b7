// Progress of a job's readings, to every job that waits: about once a second, however many workers encode. Jobs that want partial answers
// are offered one on this occasion.
import { offerPartial, type JobRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';

const INTERVAL_MS = 1_000;

type ProgressParts = Pick<WorkerParts, 'stores' | 'redis' | 'deps'>;

export class ProgressReports {
  readonly #lastAt = new Map<string, number>();

  /** Call after each chunk. */
  async report(parts: ProgressParts, tenant: string, readingId: string): Promise<void> {
    const { stores, redis, deps } = parts;
    const now = Date.now();
    if (now - (this.#lastAt.get(readingId) ?? 0) < INTERVAL_MS) return;
    this.#forgetBefore(now - INTERVAL_MS);
    this.#lastAt.set(readingId, now);
    await Promise.all((await stores.readings.waiting(readingId)).map(async (jobId) => {
      // One event a second and job, whichever of its readings and workers has news first.
      if ((await redis.set(`lectern:job:${jobId}:reported`, 1, 'PX', INTERVAL_MS, 'NX')) !== 'OK') return;
      const job = await stores.jobs.get(tenant, jobId);
      if (job?.state !== 'reading') return;
      await reportJob(parts, job);
      await offerPartial(deps, job);
    }));
  }

  #forgetBefore(at: number): void {
    for (const [readingId, lastAt] of this.#lastAt) if (lastAt < at) this.#lastAt.delete(readingId);
  }
}

async function reportJob({ stores }: ProgressParts, job: JobRecord): Promise<void> {
  const readings = (await stores.readings.getMany(job.readingIds)).filter((r) => r !== undefined);
  const sum = (count: 'tokensDone' | 'numTokens' | 'chunksEncoded' | 'chunksReused' | 'numChunks'): number => readings.reduce((total, r) => total + r[count], 0);
  if (sum('numTokens') === 0) return;
  await stores.jobs.appendEvent(job.id, 'progress', {
    doneTokens: sum('tokensDone'), totalTokens: sum('numTokens'), chunksEncoded: sum('chunksEncoded'), chunksReused: sum('chunksReused'), totalChunks: sum('numChunks'),
  });
}
