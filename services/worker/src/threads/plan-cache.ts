// The plans that a thread used last: tasks of one reading, and questions about the same documents, come one after another.
import { loadPlan, type ReadingPlan } from '@lectern/reader';
import type { BlobStore } from '@lectern/shared';

/** Plans grow with their documents: so many chunks of all plans together are kept, some 2 MB. */
const MAX_CHUNKS = 4_096;

export class PlanCache {
  readonly #blobs: BlobStore;
  readonly #plans = new Map<string, ReadingPlan>(); // the least recently used first
  #numChunks = 0;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** A plan changes under its id only when its reading is made again: see forgetAll. */
  async get(readingId: string): Promise<ReadingPlan> {
    const plan = this.#plans.get(readingId) ?? (await loadPlan(this.#blobs, readingId));
    this.keep(plan);
    return plan;
  }

  /** The newest stays, however large. */
  keep(plan: ReadingPlan): void {
    this.#forget(plan.readingId);
    this.#plans.set(plan.readingId, plan);
    this.#numChunks += plan.chunks.length;
    for (const readingId of this.#plans.keys()) {
      if (this.#numChunks <= MAX_CHUNKS || this.#plans.size === 1) return;
      this.#forget(readingId);
    }
  }

  /** Something that a plan names is not there, or not as it says: another worker may have made the reading again. */
  forgetAll(): void {
    this.#plans.clear();
    this.#numChunks = 0;
  }

  #forget(readingId: string): void {
    this.#numChunks -= this.#plans.get(readingId)?.chunks.length ?? 0;
    this.#plans.delete(readingId);
  }
}
