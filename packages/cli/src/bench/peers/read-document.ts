// Lectern reading a document as a user's file is read: through a fresh service, from handing in the bytes to the sealed reading.
import type { CliConfig } from '../../config.ts';
import { withFreshService } from '../fresh-service.ts';

/** Starting the service and loading the model are left out: each of the worker's threads has read something before. Tokens per second. */
export async function readingRate(documents: { measured: string; warmUp: string }, config: CliConfig, model: string, signal: AbortSignal): Promise<number> {
  return withFreshService(config, model, async ({ client, model: id }) => {
    const read = async (name: string, text: string): Promise<number> => {
      const document = await client.documents.upload(Buffer.from(text), { mediaType: 'text/plain', name, signal });
      const job = await client.jobs.create({ document: document.id, task: 'read', model: id }, { signal });
      const { state, error } = await client.jobs.wait(job.id, { signal });
      if (state !== 'completed') throw new Error(`reading ${name} ended ${state}: ${error?.message ?? ''}`);
      return (await client.jobs.result(job.id)).figures.tokensRead;
    };
    await read('warm-up.txt', documents.warmUp);
    const startedMs = performance.now();
    const numTokens = await read('measured.txt', documents.measured);
    return numTokens / ((performance.now() - startedMs) / 1000);
  }, signal);
}
