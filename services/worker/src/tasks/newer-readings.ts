// Readings that this worker found to be of a newer version: jobs on them are handed back before an attempt is counted and a thread is asked.
import { NotForThisWorker } from './hand-back.ts';

/** Not for ever: an older worker may make a reading again. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 10_000;

export class NewerReadings {
  readonly #until = new Map<string, number>();

  add(readingIds: readonly string[], now: number = Date.now()): void {
    if (this.#until.size >= MAX_REMEMBERED) this.#until.clear();
    for (const id of readingIds) this.#until.set(id, now + REMEMBERED_MS);
  }

  /** Throws NotForThisWorker. */
  refuse(readingIds: readonly string[], now: number = Date.now()): void {
    const id = readingIds.find((one) => (this.#until.get(one) ?? 0) > now);
    if (id !== undefined) throw new NotForThisWorker(`the reading ${id} was made by a newer version`, { isNewer: true });
  }
}
