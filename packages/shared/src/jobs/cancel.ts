// Cancelling a job wherever it is. What already runs on a worker is stopped there: the worker looks at the records.
import type { JobRecord } from '../records/contract.ts';
import { withRedis } from '../redis.ts';
import { askTaskIdOf, giveUpReadings, type JobDeps } from './start.ts';

/** The job after it: `cancelled` where no worker has it, else `cancelling`; terminal jobs unchanged. Undefined when unknown. */
export async function cancelJob(deps: JobDeps, tenant: string, id: string): Promise<JobRecord | undefined> {
  const state = await deps.jobs.requestCancel(tenant, id);
  const job = state && (await deps.jobs.get(tenant, id));
  if (!job) return undefined;
  if (job.state !== 'cancelled' && job.state !== 'cancelling') return job;
  await giveUpReadings(deps, job);
  // 0: a worker holds it. 1: nobody does: it waited (for a worker, or its next attempt), or it is lost.
  const removed = await withRedis(() => deps.askQueue.remove(askTaskIdOf(job)));
  if (removed === 0 || job.state === 'cancelled') return job;
  await deps.jobs.cancelled(id);
  return deps.jobs.get(tenant, id);
}
