// The two BullMQ consumers of this worker. The ask queue has a slot of its own: reading never takes its place.
import { bullPrefix, QUEUES, TASK_VERSION } from '@lectern/shared';
import { Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from './active-tasks.ts';
import type { WorkerParts } from './parts.ts';
import { processAsk } from './tasks/ask.ts';
import { isPartial, processPartial } from './tasks/partial.ts';
import { failReading } from './tasks/flow.ts';
import { handBack } from './tasks/hand-back.ts';
import { jobFailed } from './tasks/job-ended.ts';
import { flowOf, processRead } from './tasks/read.ts';
import { newerThanKnown } from './tasks/task-data.ts';

/** A task may outlive this many workers that die while they hold it; then it is taken to be what kills them. */
const MAX_STALLED_COUNT = 2;

export interface BullWorkers {
  /** Takes no more tasks; those under way go on. */
  pause(): Promise<void>;
  /** Resolves when the tasks under way have ended, at once when forced: others find them stalled then. */
  close(force: boolean): Promise<void>;
}

/** `redis` is a connection of the worker role; it stays the caller's. */
export function startBullWorkers(parts: WorkerParts, redis: Redis): BullWorkers {
  const { config } = parts;
  const start = (queue: QueueName, concurrency: number, processor: (parts: WorkerParts, job: Job) => Promise<void>): Worker => {
    const worker = new Worker(QUEUES[queue], (job) => {
      const newer = newerThanKnown(job.data, TASK_VERSION);
      return newer ? handBack(parts, job, newer) : processor(parts, started(parts, queue, job));
    }, {
      connection: redis, prefix: bullPrefix(), name: parts.id, concurrency,
      lockDuration: config.LOCK_DURATION_MS, stalledInterval: config.STALLED_INTERVAL_MS, maxStalledCount: MAX_STALLED_COUNT,
    });
    watch(parts, queue, worker);
    return worker;
  };
  const workers = [start('read', config.READ_THREADS, processRead), start('ask', 1, (own, job) => (isPartial(job) ? processPartial : processAsk)(own, job))];
  return {
    pause: async () => { await Promise.all(workers.map((worker) => worker.pause(true))); },
    close: async (force) => { await Promise.all(workers.map((worker) => worker.close(force))); },
  };
}

function started({ metrics }: WorkerParts, queue: QueueName, job: Job): Job {
  if (job.attemptsStarted <= 1 && job.processedOn) metrics.jobQueueWait.observe({ queue: QUEUES[queue] }, Math.max(0, job.processedOn - job.timestamp) / 1000);
  return job;
}

function watch(parts: WorkerParts, queue: QueueName, worker: Worker): void {
  const { log, metrics, active } = parts;
  worker.on('error', (error) => log.warn({ queue, err: error }, 'BullMQ reports an error'));
  worker.on('stalled', (taskId) => {
    metrics.jobsStalled.inc({ queue: QUEUES[queue] });
    log.warn({ queue, task: taskId }, 'task taken back from a worker that shows no life');
  });
  worker.on('lockRenewalFailed', (taskIds: string[]) => {
    log.warn({ queue, tasks: taskIds }, 'tasks lost to another worker: stopped here');
    active.stopTasks(queue, taskIds, 'lockLost');
  });
  worker.on('failed', (job, error) => {
    // Tasks that ran have settled all themselves; this one was failed by BullMQ without running.
    if (!job || !/stalled more than/.test(error.message)) return;
    tooManyStalls(parts, queue, job).catch((failure: unknown) => log.error({ queue, task: job.id, err: failure }, 'a stalled task could not be settled; the reconciler will'));
  });
}

async function tooManyStalls(parts: WorkerParts, queue: QueueName, job: Job): Promise<void> {
  const data = job.data as { tenant: string; jobId: string; readingId: string };
  const error = {
    code: 'STALLED' as const, details: { limit: MAX_STALLED_COUNT },
    message: `${MAX_STALLED_COUNT + 1} workers in a row died or went silent while they worked on this`,
  };
  parts.log.error({ queue, task: job.id }, error.message);
  if (isPartial(job)) return; // its job goes on without it
  if (queue === 'ask') await jobFailed(parts, data.tenant, data.jobId, error);
  else await failReading(parts, data.readingId, flowOf(job), error);
}
