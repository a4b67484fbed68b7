// The figures of a job: what reading cost, if it waited for that, and what answering cost.
import type { AskResult } from '@lectern/reader';
import { residentPeakBytes, type Figures, type JobRecord, type ReadingRecord } from '@lectern/shared';

/** A reading sealed before the job came cost this job nothing: all its chunks count as found. */
export function readingFigures(job: Pick<JobRecord, 'createdAt'>, reading: ReadingRecord): Omit<Figures, 'findSeconds' | 'answerSeconds'> {
  const base = { tokensRead: reading.numTokens, peakResidentBytes: residentPeakBytes() };
  const { startedAt, sealedAt, chunksEncoded, chunksReused, tokensEncoded } = reading;
  if (startedAt === undefined || sealedAt === undefined || Date.parse(sealedAt) < Date.parse(job.createdAt)) {
    return { ...base, chunksEncoded: 0, chunksReused: reading.numChunks, readSeconds: 0, tokensPerSecond: 0 };
  }
  const readSeconds = (Date.parse(sealedAt) - Date.parse(startedAt)) / 1000;
  const tokensPerSecond = tokensEncoded > 0 && readSeconds > 0 ? tokensEncoded / readSeconds : 0;
  return { ...base, chunksEncoded, chunksReused, readSeconds, tokensPerSecond };
}

export function findingFigures(result: AskResult): Partial<Figures> & Pick<Figures, 'findSeconds' | 'answerSeconds'> {
  const { findSeconds, answerSeconds, outputTokens, blocksAttended, blocksTotal, chunksEncodedOnDemand } = result;
  return {
    findSeconds, answerSeconds, outputTokens,
    ...(blocksAttended === undefined ? {} : { blocksAttended }),
    ...(blocksTotal === undefined ? {} : { blocksTotal }),
    ...(chunksEncodedOnDemand === undefined ? {} : { chunksEncodedOnDemand }),
  };
}
