// Jobs that commands made and nobody waits for any more: after kill -9 of a command, or of the machine.
import { type JobDeps, cancelJob, createStores, openQueues } from '@lectern/shared';
import { COMMAND_METADATA } from '../command-metadata.ts';

type Redis = Parameters<typeof createStores>[0];

export async function cancelAbandoned(redis: Redis): Promise<void> {
  const { jobs, readings } = createStores(redis);
  const { readQueue, askQueue, close } = openQueues(redis);
  const deps: JobDeps = { jobs, readings, readQueue, askQueue };
  try {
    for await (const job of jobs.open()) {
      if (job.request.metadata?.['source'] === COMMAND_METADATA.source) await cancelJob(deps, job.tenant, job.id);
    }
  } finally {
    await close();
  }
}
