// Answers one job from its sealed readings. The attempt's number fences: what an older attempt says is not taken.
import { askTaskSchema, documentsOf, ServiceError, TASK_VERSION, type JobRecord, type JobResult, type ReadingRecord } from '@lectern/shared';
import type { Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import { readerFor } from './choose-reader.ts';
import { DeltaBatch } from './delta-batch.ts';
import { findingFigures, readingFigures } from './figures.ts';
import { readAgain } from './read-again.ts';
import { jobCancelled, jobCompleted, jobFailed } from './job-ended.ts';
import { NotForThisWorker } from './hand-back.ts';
import { settle } from './outcome.ts';
import { answerOf, findPassages, generateAnswer, notesOf } from './question.ts';
import { sourcesOf } from './sources.ts';
import { parseTask } from './task-data.ts';

export async function processAsk(parts: WorkerParts, bullJob: Job): Promise<void> {
  const { tenant, jobId } = bullJob.data as { tenant?: unknown; jobId?: unknown };
  assert(bullJob.id && typeof jobId === 'string' && typeof tenant === 'string', 'a task of the ask queue names its job');
  const active = new ActiveTask('ask', bullJob.id, jobId);
  let attempt: number | undefined;
  await parts.active.during(active, () => settle(parts, {
    job: bullJob, active,
    work: async () => {
      parseTask(askTaskSchema, bullJob.data, TASK_VERSION);
      const job = await parts.stores.jobs.get(tenant, jobId);
      if (!job) return; // removed
      if (job.model !== parts.model.id) throw new NotForThisWorker(`job ${jobId} is for ${job.model}, this worker has ${parts.model.id}`);
      readerFor(parts, job);
      parts.newerReadings.refuse(job.readingIds);
      attempt = await parts.stores.jobs.startAttempt(jobId, parts.id);
      if (attempt === undefined) await jobCancelled(parts, tenant, jobId); // nothing happens to a job that has ended otherwise
      else await answer(parts, active, job, attempt);
    },
    onCancelled: () => jobCancelled(parts, tenant, jobId),
    onFailed: (error) => jobFailed(parts, tenant, jobId, error, attempt),
  }));
}

async function answer(parts: WorkerParts, active: ActiveTask, job: JobRecord, attempt: number): Promise<void> {
  const { readingIds } = job;
  if (readingIds.length === 0 || readingIds.length !== documentsOf(job.request).length) {
    throw new ServiceError('VALIDATION', `the record of job ${job.id} names ${readingIds.length} readings for ${documentsOf(job.request).length} documents: another version wrote it; ask again`);
  }
  const readings = await parts.stores.readings.getMany(readingIds);
  const sealed = readings.filter((reading): reading is ReadingRecord => reading?.state === 'sealed');
  let result: JobResult;
  try {
    const gone = readingIds.find((_, i) => readings[i]?.state !== 'sealed');
    // It names itself as the damaged one: the others are not looked at again.
    if (gone !== undefined) throw new ServiceError('BLOB_NOT_FOUND', `the reading ${gone} of job ${job.id} is gone`, { details: { readingId: gone } });
    result = await resultOf(parts, active, job, attempt, sealed);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'FORMAT_NEWER') parts.newerReadings.add(readingIds);
    if (await readAgain(parts, job, attempt, sealed, error)) return;
    throw error;
  }
  if (await jobCompleted(parts, job, attempt, result)) return;
  await jobCancelled(parts, job.tenant, job.id); // the answer came after the request to cancel
}

async function resultOf(parts: WorkerParts, active: ActiveTask, job: JobRecord, attempt: number, readings: readonly ReadingRecord[]): Promise<JobResult> {
  const figures = () => readingFigures(job, readings);
  if (job.request.task === 'read') return { citations: [], figures: { ...figures(), findSeconds: 0, answerSeconds: 0 } };
  const sources = await sourcesOf(parts, job, readings);
  if (job.request.task === 'search') {
    const { passages, findSeconds, notes } = await findPassages(parts, active, job, sources);
    return { citations: [], passages, ...notesOf(notes), figures: { ...figures(), findSeconds, answerSeconds: 0 } };
  }
  const deltas = streamDeltas(parts, job, attempt);
  const value = await generateAnswer(parts, active, job, sources, { effort: job.request.effort, onDelta: deltas.push }).finally(() => deltas.flush());
  return { ...answerOf(value), figures: { ...figures(), ...findingFigures(value) } };
}

/** Text as events of the job, while it is generated. */
function streamDeltas({ metrics, stores }: WorkerParts, job: JobRecord, attempt: number) {
  const batch = new DeltaBatch(async (text) => { await stores.jobs.appendEvent(job.id, 'delta', { text }, attempt); });
  let lastAt: number | undefined;
  return {
    push(text: string): void {
      const now = Date.now();
      if (lastAt === undefined) metrics.timeToFirstToken.observe((now - Date.parse(job.createdAt)) / 1000);
      else metrics.interToken.observe((now - lastAt) / 1000);
      lastAt = now;
      batch.push(text);
    },
    flush: () => batch.flush(),
  };
}
