// A reading's flow: one way from plan to seal, named by the BullMQ id of its read task. Only the present flow may change the reading.
import type { ErrorData, ReadingRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';
import { jobFailed } from './job-ended.ts';

/** The reading, if this flow is still the one that makes it; undefined when it was cancelled, sealed, removed or begun anew. */
export async function presentReading({ stores }: WorkerParts, readingId: string, flow: string): Promise<ReadingRecord | undefined> {
  const reading = await stores.readings.get(readingId);
  return reading?.flow === flow ? reading : undefined;
}

/** The reading has failed for good, and with it the jobs that wait for it. */
export async function failReading(parts: WorkerParts, readingId: string, flow: string, error: ErrorData): Promise<void> {
  const reading = await presentReading(parts, readingId, flow);
  if (!reading) return;
  for (const jobId of await parts.stores.readings.failed(readingId, error)) {
    await jobFailed(parts, reading.tenant, jobId, error);
  }
}
