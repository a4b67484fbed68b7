// The documents of a job as a compute thread gets them: readings by id, and the names that stand for documents without a title.
import type { JobRecord, ReadingRecord } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';
import type { ThreadSource } from '../threads/protocol.ts';

/** In the order of the readings. `stored`: of each, the chunks that are stored so far; undefined: all. */
export async function sourcesOf({ stores }: WorkerParts, job: JobRecord, readings: readonly ReadingRecord[], stored?: ReadonlyArray<Uint8Array | undefined>): Promise<ThreadSource[]> {
  const isOne = job.readingIds.length === 1; // of one document everybody knows the name
  const documents = isOne ? [] : await Promise.all(readings.map((reading) => stores.documents.get(job.tenant, reading.documentId)));
  return readings.map(({ id }, i) => {
    const name = documents[i]?.name;
    return { readingId: id, ...(name === undefined ? {} : { name }), ...(stored?.[i] === undefined ? {} : { stored: stored[i] }) };
  });
}
