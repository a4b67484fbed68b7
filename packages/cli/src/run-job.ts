// One job from the request to its result: shows the reading's progress, and cancels the job when the command is interrupted.
import type { LecternClient } from '@lectern/client';
import { type JobRequest, type JobResult, ServiceError, errorFromData, TERMINAL_JOB_STATES } from '@lectern/shared';
import { createProgress } from './output/progress.ts';

const WAIT_SECONDS = 1; // of one long poll: how often progress is looked at
const CANCEL_TIMEOUT_MS = 10_000;
const integer = new Intl.NumberFormat('en-US');

export async function runJob(client: LecternClient, request: Partial<JobRequest> & { document: string }, options: { quiet: boolean; signal: AbortSignal }): Promise<JobResult> {
  const { signal } = options;
  signal.throwIfAborted();
  let job = await client.createJob(request);
  const progress = createProgress({ label: 'reading', unit: 'tokens', format: (n) => integer.format(n), quiet: options.quiet });
  try {
    while (!TERMINAL_JOB_STATES.includes(job.state)) {
      signal.throwIfAborted();
      job = await client.getJob(job.id, { waitSeconds: WAIT_SECONDS, signal });
      if (job.state === 'reading' && job.progress && job.progress.totalTokens > 0) progress.update(job.progress.doneTokens, job.progress.totalTokens);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.stop();
    await cancel(client, job.id);
    throw signal.reason;
  } finally {
    progress.stop();
  }
  if (job.error) throw errorFromData(job.error);
  if (job.state === 'cancelled') throw new ServiceError('JOB_CANCELLED', `job ${job.id} was cancelled by someone else`);
  return client.getResult(job.id);
}

/** Waits until no worker works on it any more, within limits: then the readings' chunks are stored. */
async function cancel(client: LecternClient, jobId: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
  let job = await client.cancelJob(jobId, { signal });
  while (!TERMINAL_JOB_STATES.includes(job.state)) job = await client.getJob(jobId, { waitSeconds: WAIT_SECONDS, signal });
}
