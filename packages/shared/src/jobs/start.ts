// How a job gets under way: wait for its readings, or ask at once. Every step can be repeated, by anyone, at any time.
import type { Queue } from 'bullmq';
import { type AskTask, type ReadTask, TASK_VERSION } from '../queues.ts';
import type { JobRecord, JobStore, ReadingRecord, ReadingStore } from '../records/contract.ts';
import { withRedis } from '../redis.ts';
import { documentsOf, TERMINAL_JOB_STATES } from '../schema/job.ts';
import { offerPartial } from './partial.ts';

export interface JobDeps {
  jobs: JobStore;
  readings: ReadingStore;
  readQueue: Queue;
  askQueue: Queue;
}

/** Readings of one job that are waited for, or given up, at once: the rest of Redis' users get their turn between. */
const READINGS_AT_ONCE = 50;

/** BullMQ id of the ask task of this run of the job. */
export const askTaskIdOf = (job: Pick<JobRecord, 'id' | 'run'>): string => `ask-${job.id}-${job.run}`;

/** sealed: its ask task is queued. waiting: it waits for readings under way. start: it waits, and this call began one of them. */
export type JobStart = 'sealed' | 'waiting' | 'start' | 'cancelled';

export async function startJob(deps: JobDeps, job: JobRecord): Promise<JobStart> {
  const { jobs, readings } = deps;
  if ((await readings.missing(job.readingIds, job.id)).numUnsealed === 0) {
    await enqueueAsk(deps, job);
    return 'sealed';
  }
  // Before it waits: once it does, a worker may seal the last reading and start to answer at any moment.
  if (!(await jobs.markReading(job.id))) return 'cancelled';
  const outcome = await awaitReadings(deps, job, job.readingIds);
  if (await hasEnded(deps, job)) {
    await giveUpReadings(deps, job);
    return 'cancelled';
  }
  // Those that were sealed meanwhile did not all know of the job: it is looked at once more.
  if (await advanceJob(deps, job)) return 'sealed';
  await offerPartial(deps, job);
  return outcome;
}

/** A job that waits: its ask task is added when all its readings are sealed. Whether it was. */
export async function advanceJob(deps: JobDeps, job: JobRecord): Promise<boolean> {
  const { numUnsealed, unregistered } = await deps.readings.missing(job.readingIds, job.id);
  if (numUnsealed > 0) {
    if (unregistered.length > 0) await awaitReadings(deps, job, unregistered); // begun anew since the job saw them sealed
    return false;
  }
  await enqueueAsk(deps, job);
  return true;
}

async function awaitReadings(deps: JobDeps, job: JobRecord, ids: readonly string[]): Promise<'sealed' | 'waiting' | 'start'> {
  const documents = documentsOf(job.request);
  const documentOf = new Map(job.readingIds.map((id, i) => [id, documents[i]!]));
  const outcomes = await inTurns(ids, (id) => awaitReading(deps, job, id, documentOf.get(id)!));
  return outcomes.includes('start') ? 'start' : outcomes.includes('waiting') ? 'waiting' : 'sealed';
}

async function awaitReading(deps: JobDeps, job: JobRecord, id: string, documentId: string): Promise<'sealed' | 'waiting' | 'start'> {
  const outcome = await deps.readings.await({ id, tenant: job.tenant, documentId, model: job.model, keep: job.request.keep }, job.id);
  if (outcome === 'sealed') return outcome;
  const record = await deps.readings.get(id);
  if (record?.state === 'new') await enqueueRead(deps, record);
  return outcome;
}

/** The job waits for none of its readings any more; those that nobody else waits for stop. */
export async function giveUpReadings(deps: Pick<JobDeps, 'readings'>, job: Pick<JobRecord, 'id' | 'readingIds'>): Promise<void> {
  await inTurns(job.readingIds, (id) => deps.readings.giveUp(id, job.id));
}

async function hasEnded({ jobs }: JobDeps, job: JobRecord): Promise<boolean> {
  const now = await jobs.get(job.tenant, job.id);
  return !now || now.cancelRequestedAt !== undefined || TERMINAL_JOB_STATES.includes(now.state);
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += READINGS_AT_ONCE) results.push(...(await Promise.all(items.slice(i, i + READINGS_AT_ONCE).map(work))));
  return results;
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

/** For the jobs that waited for a reading that is now sealed: those that wait for no other are asked. */
export async function enqueueAsks(deps: JobDeps, tenant: string, jobIds: readonly string[]): Promise<void> {
  for (const id of jobIds) {
    const job = await deps.jobs.get(tenant, id);
    if (job && job.cancelRequestedAt === undefined && !TERMINAL_JOB_STATES.includes(job.state)) await advanceJob(deps, job);
  }
}
