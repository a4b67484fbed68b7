// How a task ends: done, handed back, tried again, or failed for good. The only file that speaks BullMQ's language of errors.
import { errorToData, ServiceError, type ErrorData } from '@lectern/shared';
import { UnrecoverableError, WaitingChildrenError, WaitingError, type Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import { handBack, NotForThisWorker } from './hand-back.ts';

export interface Attempt {
  job: Job;
  active: ActiveTask;
  work: () => Promise<void>;
  /** Someone asked to cancel, and the work has stopped. */
  onCancelled: () => Promise<void>;
  /** It will not be tried again. */
  onFailed: (error: ErrorData) => Promise<void>;
}

export async function settle(parts: WorkerParts, { job, active, work, onCancelled, onFailed }: Attempt): Promise<void> {
  const { log, metrics } = parts;
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
    const notForMe = asNotForThisWorker(error);
    if (notForMe !== undefined) return handBack(parts, job, notForMe);
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

/** A stored form that a newer version wrote is understood by newer workers. */
const asNotForThisWorker = (error: unknown): NotForThisWorker | undefined => {
  if (error instanceof NotForThisWorker) return error;
  return error instanceof ServiceError && error.code === 'FORMAT_NEWER' ? new NotForThisWorker(error.message, { isNewer: true }) : undefined;
};

const causeOf = (error: unknown): unknown => (error instanceof ServiceError ? error.cause : error);
