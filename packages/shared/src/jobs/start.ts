// How a job gets under way: wait for its reading, or ask at once. Every step can be repeated, by anyone, at any time.
import type { Queue } from 'bullmq';
import { type AskTask, type ReadTask, TASK_VERSION } from '../queues.ts';
import type { JobRecord, JobStore, ReadingRecord, ReadingStore } from '../records/contract.ts';
import { withRedis } from '../redis.ts';
import { documentsOf } from '../schema/job.ts';

export interface JobDeps {
  jobs: JobStore;
  readings: ReadingStore;
  readQueue: Queue;
  askQueue: Queue;
}

/** BullMQ id of the ask task of this run of the job. */
export const askTaskIdOf = (job: Pick<JobRecord, 'id' | 'run'>): string => `ask-${job.id}-${job.run}`;

/** sealed: its ask task is queued. waiting: it waits for a reading under way. start: it waits, and this call began the reading. */
export type JobStart = 'sealed' | 'waiting' | 'start' | 'cancelled';

export async function startJob(deps: JobDeps, job: JobRecord): Promise<JobStart> {
  const { jobs, readings } = deps;
  const known = await readings.get(job.readingId);
  // Before it waits: once it does, a worker may seal the reading and start to answer at any moment.
  if (known?.state !== 'sealed' && !(await jobs.markReading(job.id))) return 'cancelled';
  const reading = { id: job.readingId, tenant: job.tenant, documentId: documentsOf(job.request)[0], model: job.model, keep: job.request.keep };
  const outcome = await readings.await(reading, job.id);
  if (outcome === 'sealed') {
    await enqueueAsk(deps, job);
    return outcome;
  }
  if ((await jobs.cancelRequested([job.id])).length > 0) {
    await readings.giveUp(job.readingId, job.id);
    return 'cancelled';
  }
  const record = await readings.get(job.readingId);
  if (record?.state === 'new') await enqueueRead(deps, record);
  return outcome;
}

/** Adds the read task of the reading's flow. One that is already there stays as it is. */
export async function enqueueRead(deps: JobDeps, reading: ReadingRecord): Promise<void> {
  if (reading.flow === undefined) return; // all who waited gave up meanwhile
  const task: ReadTask = { v: TASK_VERSION, tenant: reading.tenant, readingId: reading.id, step: 'plan' };
  const jobId = reading.flow;
  await withRedis(() => deps.readQueue.add('read', task, { jobId }));
}

/** Adds the ask task of the job's run. One that is already there stays as it is. Jobs of task `read` get one too: it only completes them. */
export async function enqueueAsk(deps: JobDeps, job: Pick<JobRecord, 'id' | 'run' | 'tenant'>): Promise<void> {
  const task: AskTask = { v: TASK_VERSION, tenant: job.tenant, jobId: job.id };
  await withRedis(() => deps.askQueue.add('ask', task, { jobId: askTaskIdOf(job) }));
}

/** For the jobs that waited for a reading that is now sealed. */
export async function enqueueAsks(deps: JobDeps, tenant: string, jobIds: readonly string[]): Promise<void> {
  for (const id of jobIds) {
    const job = await deps.jobs.get(tenant, id);
    if (job) await enqueueAsk(deps, job);
  }
}
