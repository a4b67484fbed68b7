// From a checked request to a job under way.
import { documentsOf, type JobRecord, type JobRequest, readingIdOf, ServiceError, startJob } from '@lectern/shared';
import type { ApiDeps } from '../deps.ts';
import { checkReader } from './check-reader.ts';

/** The same id twice is the same job: a request that is repeated after a crash goes on where it was. */
export async function submitJob(deps: ApiDeps, tenant: string, id: string, request: JobRequest): Promise<JobRecord> {
  const { metrics, jobs, config, workers } = deps;
  const model = request.model ?? config.DEFAULT_MODEL;
  if (request.reader !== undefined) checkReader(request, model, await workers.list());
  try {
    const job = await jobs.create({ id, tenant, request, model, readingIds: documentsOf(request).map((id) => readingIdOf(tenant, id, model, request.keep)) });
    metrics.jobsSubmitted.inc({ task: request.task });
    await startJob(deps, job);
    return (await jobs.get(tenant, id)) ?? job;
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : undefined;
    if (code === 'QUEUE_FULL') metrics.admissionRejections.inc({ reason: 'queue_full' });
    if (code === 'REDIS_UNAVAILABLE') metrics.admissionRejections.inc({ reason: 'redis' });
    throw error;
  }
}
