// Which of its readers a worker answers a job with. Ids only: what a job names is never opened or called.
import { type JobRecord, readsStoredKeys } from '@lectern/shared';
import type { WorkerParts } from '../parts.ts';
import { NotForThisWorker } from './hand-back.ts';

/** The id it names, else the worker's own choice. Another worker may have a reader that this one lacks. */
export function readerFor({ model, config }: Pick<WorkerParts, 'model' | 'config'>, { id, request }: Pick<JobRecord, 'id' | 'request'>): string {
  const ids = model.readers.map((reader) => reader.id); // the index model last
  const own = readsStoredKeys(request.mode) || config.READER_ON_REQUEST ? model.id : ids[0];
  const wanted = request.reader ?? own;
  if (request.task === 'answer' && !ids.includes(wanted)) {
    throw new NotForThisWorker(`job ${id} wants the reader ${wanted}, this worker has ${ids.join(', ')}`);
  }
  return wanted;
}
