// The figures of a job: what reading cost, if it waited for that, and what answering cost.
import type { AskResult } from '@lectern/reader';
import { residentPeakBytes, type Figures, type JobRecord, type ReadingRecord } from '@lectern/shared';

/** Summed over the job's documents. A reading sealed before the job came cost this job nothing: all its chunks count as found. */
export function readingFigures(job: Pick<JobRecord, 'createdAt'>, readings: readonly ReadingRecord[]): Omit<Figures, 'findSeconds' | 'answerSeconds'> {
  const isNew = ({ startedAt, sealedAt }: ReadingRecord): boolean =>
    startedAt !== undefined && sealedAt !== undefined && Date.parse(sealedAt) >= Date.parse(job.createdAt);
  const fresh = readings.filter(isNew);
  const sum = (of: readonly ReadingRecord[], count: (r: ReadingRecord) => number): number => of.reduce((total, r) => total + count(r), 0);
  const readSeconds = fresh.length === 0 ? 0
    : (Math.max(...fresh.map((r) => Date.parse(r.sealedAt!))) - Math.min(...fresh.map((r) => Date.parse(r.startedAt!)))) / 1000;
  const tokensEncoded = sum(fresh, (r) => r.tokensEncoded);
  return {
    tokensRead: sum(readings, (r) => r.numTokens), peakResidentBytes: residentPeakBytes(),
    chunksEncoded: sum(fresh, (r) => r.chunksEncoded),
    chunksReused: sum(fresh, (r) => r.chunksReused) + sum(readings.filter((r) => !isNew(r)), (r) => r.numChunks),
    readSeconds, tokensPerSecond: tokensEncoded > 0 && readSeconds > 0 ? tokensEncoded / readSeconds : 0,
  };
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
