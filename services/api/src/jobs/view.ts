// Records as clients see them.
import { type DocumentRecord, type DocumentView, errorFromData, type JobRecord, type JobView, type Progress, type ReadingRecord, type ReadingStore } from '@lectern/shared';

export function documentView({ tenant: _, ...rest }: DocumentRecord): DocumentView {
  return rest;
}

export function jobView(job: JobRecord, reading: ReadingRecord | undefined, now: number = Date.now()): JobView {
  const { id, state, request, model, createdAt, attempt, seq, startedAt, finishedAt, worker, cancelRequestedAt, error } = job;
  return {
    id, state, request, model, createdAt, attempt, seq,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(worker === undefined ? {} : { worker }),
    ...(cancelRequestedAt === undefined ? {} : { cancelRequestedAt }),
    ...(error === undefined ? {} : { error: { ...error, retryable: errorFromData(error).retryable } }),
    ...(reading === undefined ? {} : { progress: progressOf(reading, now) }),
  };
}

export function progressOf(reading: ReadingRecord, now: number = Date.now()): Progress {
  const { state, numTokens, tokensDone, numChunks, chunksEncoded, chunksReused, tokensEncoded, startedAt, sealedAt } = reading;
  const end = sealedAt === undefined ? now : Date.parse(sealedAt);
  const seconds = startedAt === undefined ? 0 : (end - Date.parse(startedAt)) / 1000;
  const tokensPerSecond = tokensEncoded > 0 && seconds > 0 ? tokensEncoded / seconds : undefined;
  const isEtaKnown = tokensPerSecond !== undefined && state === 'encoding';
  return {
    state, numTokens, tokensDone, numChunks, chunksEncoded, chunksReused,
    ...(tokensPerSecond === undefined ? {} : { tokensPerSecond: round(tokensPerSecond) }),
    ...(isEtaKnown ? { etaSeconds: round((numTokens - tokensDone) / tokensPerSecond) } : {}),
  };
}

export async function loadJobView(readings: ReadingStore, job: JobRecord): Promise<JobView> {
  return jobView(job, await readings.get(job.readingId));
}

const round = (x: number): number => Math.round(x * 10) / 10;
