// Repairs what a crash leaves between two steps: readings without a task, jobs that nobody will answer. Safe to run anywhere, any number of times.
import type { Queue } from 'bullmq';
import type { JobRecord, ReadingRecord } from '../records/contract.ts';
import { withRedis } from '../redis.ts';
import { askTaskIdOf, enqueueAsk, enqueueRead, type JobDeps, startJob } from './start.ts';

export interface ReconcileOptions {
  /** A job younger than this is still being started by the one who created it. @default 10,000 */
  graceMs?: number;
  /** A job that was attempted this often without an outcome fails as STALLED. @default 8 */
  maxAttempts?: number;
}

/** How many of each were repaired. */
export interface Reconciled {
  readings: number;
  jobs: number;
  gaveUp: number;
  stalled: number;
}

export async function reconcile(deps: JobDeps, options: ReconcileOptions = {}): Promise<Reconciled> {
  const done: Reconciled = { readings: 0, jobs: 0, gaveUp: 0, stalled: 0 };
  for (const reading of await deps.readings.unfinished()) await repairReading(deps, reading, done);
  for await (const job of deps.jobs.open()) await repairJob(deps, job, done, options);
  return done;
}

async function repairReading(deps: JobDeps, reading: ReadingRecord, done: Reconciled): Promise<void> {
  let numWaiting = 0;
  for (const id of await deps.readings.waiting(reading.id)) {
    const job = await deps.jobs.get(reading.tenant, id);
    if (job?.state === 'queued' || job?.state === 'reading' || job?.state === 'answering') {
      numWaiting++;
      continue;
    }
    await deps.readings.giveUp(reading.id, id);
    done.gaveUp++;
  }
  if (numWaiting === 0) {
    await deps.readings.giveUp(reading.id, ''); // nobody wants it: stops a flow that still runs
    return;
  }
  if (reading.flow !== undefined && (await isAlive(deps.readQueue, reading.flow))) return;
  if (reading.flow !== undefined && reading.state === 'new' && (await deps.readQueue.getJobState(reading.flow)) === 'unknown') {
    await enqueueRead(deps, reading); // the one who got 'start' died before it could add the task
    done.readings++;
    return;
  }
  const flow = await deps.readings.restart(reading.id, reading.flow);
  if (flow === undefined) return;
  await enqueueRead(deps, { ...reading, flow });
  done.readings++;
}

async function repairJob(deps: JobDeps, job: JobRecord, done: Reconciled, options: ReconcileOptions): Promise<void> {
  const { graceMs = 10_000, maxAttempts = 8 } = options;
  if (Date.now() - Date.parse(job.createdAt) < graceMs) return;
  const askId = askTaskIdOf(job);
  if (await isAlive(deps.askQueue, askId)) return;
  if (job.state === 'cancelling') {
    if (await deps.jobs.cancelled(job.id)) done.jobs++;
    return;
  }
  if (job.attempt >= maxAttempts) {
    const message = `job ${job.id} was attempted ${job.attempt} times without an outcome, the limit is ${maxAttempts}`;
    if (await deps.jobs.fail(job.id, { code: 'STALLED', message, details: { attempts: job.attempt } })) done.stalled++;
    return;
  }
  const { numUnsealed, unregistered } = await deps.readings.missing(job.readingIds, job.id);
  if (numUnsealed === 0) {
    // Never added: this run's task. Ended without an outcome: the next run's.
    const isNew = (await withRedis(() => deps.askQueue.getJobState(askId))) === 'unknown';
    const run = isNew ? job.run : await deps.jobs.nextRun(job.id, job.run);
    if (run === undefined) return;
    await enqueueAsk(deps, { ...job, run });
    done.jobs++;
    return;
  }
  if (unregistered.length === 0) return;
  await startJob(deps, job);
  done.jobs++;
}

/** Somebody will run it, or runs it. */
async function isAlive(queue: Queue, taskId: string): Promise<boolean> {
  const state = await withRedis(() => queue.getJobState(taskId));
  return state !== 'completed' && state !== 'failed' && state !== 'unknown';
}
