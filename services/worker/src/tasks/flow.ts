// A reading's flow: one way from plan to seal, named by the BullMQ id of its read task. Only the present flow may change the reading.
import { documentsOf, giveUpReadings, type ErrorData, type JobRecord, type ReadingRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';
import { jobFailed } from './job-ended.ts';

/** The reading, if this flow is still the one that makes it; undefined when it was cancelled, sealed, removed or begun anew. */
export async function presentReading({ stores }: WorkerParts, readingId: string, flow: string): Promise<ReadingRecord | undefined> {
  const reading = await stores.readings.get(readingId);
  return reading?.flow === flow ? reading : undefined;
}

/** The reading has failed for good, and with it the jobs that wait for it. */
export async function failReading(parts: WorkerParts, readingId: string, flow: string, error: ErrorData): Promise<void> {
  const { stores, deps } = parts;
  const reading = await presentReading(parts, readingId, flow);
  if (!reading) return;
  for (const jobId of await stores.readings.failed(readingId, error)) {
    const job = await stores.jobs.get(reading.tenant, jobId);
    if (!job) continue;
    await jobFailed(parts, reading.tenant, jobId, await aboutDocument(parts, job, reading, error));
    await giveUpReadings(deps, job); // of its other documents
  }
}

/** Of a job with several documents the error names the one that cannot be read. */
async function aboutDocument({ stores }: WorkerParts, job: JobRecord, { tenant, documentId }: ReadingRecord, error: ErrorData): Promise<ErrorData> {
  const details = { ...error.details, document: documentId };
  if (documentsOf(job.request).length === 1) return { ...error, details };
  const name = (await stores.documents.get(tenant, documentId))?.name ?? '';
  return { ...error, message: `document ${JSON.stringify(name)} (${documentId}) cannot be read: ${error.message}`, details: { ...details, name, reason: error.message } };
}
