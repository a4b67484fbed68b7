// How a task ends: done, handed back, tried again, or failed for good. The only file that speaks BullMQ's language of errors.
import { errorToData, ServiceError, type ErrorData } from '@lectern/shared';
import { DelayedError, UnrecoverableError, WaitingChildrenError, WaitingError, type Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';

/** How long a task that this worker does not understand waits before it is offered again. */
const NOT_FOR_ME_MS = 1_000;

export interface Attempt {
  job: Job;
  active: ActiveTask;
  work: () => Promise<void>;
  /** Someone asked to cancel, and the work has stopped. */
  onCancelled: () => Promise<void>;
  /** It will not be tried again. */
  onFailed: (error: ErrorData) => Promise<void>;
}

/** The present worker cannot do this task, another may: it goes back and waits a little. */
export class NotForThisWorker extends Error {}

export async function settle({ log, metrics }: WorkerParts, { job, active, work, onCancelled, onFailed }: Attempt): Promise<void> {
  const labels = { queue: job.queueName as 'lectern-read' | 'lectern-ask' };
  try {
    await work();
    metrics.jobAttempts.inc({ ...labels, outcome: 'ok' });
  } catch (error) {
    if (error instanceof WaitingChildrenError) throw error;
    assert(job.token, 'a task that runs has a lock');
    const reason = active.stopReason;
    if (reason === 'handback') {
      await job.moveToWait(job.token);
      throw new WaitingError();
    }
    if (error instanceof NotForThisWorker) {
      log.warn({ task: job.id, reason: error.message }, 'task put back for another worker');
      await job.moveToDelayed(Date.now() + NOT_FOR_ME_MS, job.token);
      throw new DelayedError();
    }
    if (reason === 'cancelled') {
      await onCancelled();
      metrics.jobAttempts.inc({ ...labels, outcome: 'cancelled' });
      return;
    }
    if (reason === 'lockLost') throw error; // it is another worker's now: nothing of it may be written here
    const data = errorToData(error);
    const failure = `${data.code}: ${data.message}`;
    const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (!isLast && canRetryHelp(error)) {
      log.warn({ task: job.id, attempt: job.attemptsMade + 1, error: data, cause: causeOf(error) }, 'task failed, it will be tried again');
      metrics.jobAttempts.inc({ ...labels, outcome: 'retry' });
      throw new Error(failure, { cause: error });
    }
    log.error({ task: job.id, error: data, cause: causeOf(error) }, 'task failed');
    metrics.jobAttempts.inc({ ...labels, outcome: 'failed' });
    await onFailed(data);
    throw new UnrecoverableError(failure);
  }
}

/** An error that nobody foresaw may be a passing one. */
const canRetryHelp = (error: unknown): boolean => !(error instanceof ServiceError) || error.retryable;

const causeOf = (error: unknown): unknown => (error instanceof ServiceError ? error.cause : error);
