// A job whose reading is not there as its record says (blobs damaged, deleted, of an older format): the reading is made again.
// Chunks that are stored are only looked up, so this costs what is missing.
import { blobKeys } from '@lectern/reader';
import { documentsOf, ServiceError, startJob, type JobRecord, type ReadingRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';

/** A job goes back to reading at most this often; then its error stands. */
const MAX_ATTEMPTS = 3;

/** Whether the job was sent back; if not, the error is the caller's. */
export async function readAgain(parts: WorkerParts, job: JobRecord, attempt: number, reading: ReadingRecord | undefined, error: unknown): Promise<boolean> {
  if (attempt > MAX_ATTEMPTS || !isDamage(error)) return false;
  const { blobs, stores, deps, log } = parts;
  log.warn({ job: job.id, reading: job.readingId, err: error }, 'the reading is damaged or gone; it is made again');
  const key = error.details?.['key'];
  if (error.code === 'BLOB_CORRUPT' && typeof key === 'string') await blobs.delete(key);
  const [document] = documentsOf(job.request);
  if ((await blobs.stat(blobKeys.text(document))) === undefined) await blobs.delete(blobKeys.structure(document)); // else nobody extracts it anew
  if (reading) await stores.readings.remove(reading.id);
  const run = await stores.jobs.nextRun(job.id, job.run);
  if (run !== undefined) await startJob(deps, { ...job, run });
  return true;
}

const isDamage = (error: unknown): error is ServiceError =>
  error instanceof ServiceError && (error.code === 'BLOB_CORRUPT' || error.code === 'BLOB_NOT_FOUND');
