// The ends of jobs, counted once by whose transition won.
import type { ErrorData, JobRecord, JobResult } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';

type Status = 'completed' | 'failed' | 'cancelled';

function count({ metrics }: WorkerParts, job: JobRecord, status: Status, reason: string): void {
  const { task } = job.request;
  metrics.jobsFinished.inc({ task, status, reason });
  metrics.jobDuration.observe({ task, status }, (Date.now() - Date.parse(job.createdAt)) / 1000);
}

export async function jobCompleted(parts: WorkerParts, job: JobRecord, attempt: number, result: JobResult): Promise<boolean> {
  const won = await parts.stores.jobs.complete(job.id, attempt, result);
  if (!won) return false;
  count(parts, job, 'completed', 'none');
  parts.metrics.jobInputTokens.observe(result.figures.tokensRead);
  return true;
}

export async function jobFailed(parts: WorkerParts, tenant: string, jobId: string, error: ErrorData, attempt?: number): Promise<void> {
  const won = await parts.stores.jobs.fail(jobId, error, attempt);
  const job = won ? await parts.stores.jobs.get(tenant, jobId) : undefined;
  if (job) count(parts, job, 'failed', error.code);
}

/** Only a job in `cancelling`: nothing happens to any other. */
export async function jobCancelled(parts: WorkerParts, tenant: string, jobId: string): Promise<void> {
  if (!(await parts.stores.jobs.cancelled(jobId))) return;
  const job = await parts.stores.jobs.get(tenant, jobId);
  if (!job) return;
  count(parts, job, 'cancelled', 'none');
  if (job.cancelRequestedAt) parts.metrics.jobCancelLatency.observe((Date.now() - Date.parse(job.cancelRequestedAt)) / 1000);
}
