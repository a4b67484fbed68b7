// A job with a reading that is not there as its record says (blobs damaged, deleted, of an older format): that reading is made again.
// Chunks that are stored are only looked up, so this costs what is missing.
import { blobKeys } from '@lectern/reader';
import { ServiceError, startJob, type JobRecord, type ReadingRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';

/** A job goes back to reading at most this often; then its error stands. */
const MAX_ATTEMPTS = 3;

/** Whether the job was sent back; if not, the error is the caller's. `readings`: the job's sealed ones. */
export async function readAgain(parts: WorkerParts, job: JobRecord, attempt: number, readings: readonly ReadingRecord[], error: unknown): Promise<boolean> {
  if (attempt > MAX_ATTEMPTS || !isDamage(error)) return false;
  const { blobs, stores, deps, log } = parts;
  const { key, readingId } = error.details ?? {};
  log.warn({ job: job.id, reading: readingId, err: error }, 'a reading is damaged or gone; it is made again');
  if (error.code === 'BLOB_CORRUPT' && typeof key === 'string') await blobs.delete(key);
  // Where the error does not tell which, all are looked at again.
  const damaged = typeof readingId === 'string' ? readings.filter(({ id }) => id === readingId) : readings;
  for (const { id, documentId } of damaged) {
    if ((await blobs.stat(blobKeys.text(documentId))) === undefined) await blobs.delete(blobKeys.structure(documentId)); // else nobody extracts it anew
    await stores.readings.remove(id);
  }
  const run = await stores.jobs.nextRun(job.id, job.run);
  if (run !== undefined) await startJob(deps, { ...job, run });
  return true;
}

const isDamage = (error: unknown): error is ServiceError =>
  error instanceof ServiceError && (error.code === 'BLOB_CORRUPT' || error.code === 'BLOB_NOT_FOUND');
