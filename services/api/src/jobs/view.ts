// Records as clients see them.
import { type DocumentRecord, documentsOf, type DocumentView, errorFromData, type JobRecord, type JobView, type ReadingRecord, type ReadingStore } from '@lectern/shared';
import { progressOf } from './progress.ts';

export function documentView({ tenant: _, ...rest }: DocumentRecord): DocumentView {
  return rest;
}

export function jobView(job: JobRecord, readings: ReadonlyArray<ReadingRecord | undefined>): JobView {
  const { id, state, request, model, createdAt, attempt, seq, startedAt, finishedAt, worker, cancelRequestedAt, error, partial } = job;
  const progress = progressOf(readings);
  return {
    id, state, request, documents: documentsOf(request), model, createdAt, attempt, seq,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(worker === undefined ? {} : { worker }),
    ...(cancelRequestedAt === undefined ? {} : { cancelRequestedAt }),
    ...(error === undefined ? {} : { error: { ...error, retryable: errorFromData(error).retryable } }),
    ...(progress === undefined ? {} : { progress }),
    ...(partial === undefined ? {} : { partial }),
  };
}

export async function loadJobView(readings: ReadingStore, job: JobRecord): Promise<JobView> {
  return jobView(job, await readings.getMany(job.readingIds));
}
