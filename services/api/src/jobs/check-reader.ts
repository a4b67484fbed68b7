// A reader is named by an id that a worker announces. It is compared, never opened or called: a URL from a client leads nowhere.
import { type JobRequest, readsStoredKeys, ServiceError, type WorkerAnnouncement } from '@lectern/shared';

/** While no worker is there at all the job waits, as with any model. */
export function checkReader({ reader, mode, task }: JobRequest, model: string, workers: readonly WorkerAnnouncement[]): void {
  if (reader === undefined) return;
  if (task !== 'answer') throw new ServiceError('VALIDATION', `a ${task} has no reader; ${JSON.stringify(reader)} was given`);
  if (readsStoredKeys(mode) && reader !== model) {
    throw new ServiceError('VALIDATION', `mode ${mode} is answered by the index model (${model}) itself; the reader ${JSON.stringify(reader)} was given`);
  }
  const known = readersOf(model, workers);
  if (workers.length > 0 && !known.includes(reader)) {
    throw new ServiceError('VALIDATION', `no worker for the model ${model} has the reader ${JSON.stringify(reader)}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`, {
      details: { reader, known },
    });
  }
}

/** A worker that announces none is of an older version: its model reads for itself. */
const readersOf = (model: string, workers: readonly WorkerAnnouncement[]): string[] => [...new Set(workers
  .filter(({ models }) => models.some(({ id }) => id === model))
  .flatMap(({ readers }) => readers?.map(({ id }) => id) ?? [model]))];
