// Places in whichever of the question's documents: opens the few in which something was found.
import { loadStructure } from '../plan/stored-document.ts';
import type { ReaderContext, ReadingSource } from '../contract.ts';
import { PlaceFinder } from './passage.ts';
import { ofReading, openReading } from './readings.ts';

export class Places {
  readonly #ctx: ReaderContext;
  readonly #sources: readonly ReadingSource[];
  readonly #finders = new Map<number, Promise<PlaceFinder>>();
  readonly #indexes = new Map<string, number>(); // by document id, of the opened ones

  constructor(ctx: ReaderContext, sources: readonly ReadingSource[]) {
    this.#ctx = ctx;
    this.#sources = sources;
  }

  /** By index in the question's list. */
  reading(index: number): Promise<PlaceFinder> {
    let finder = this.#finders.get(index);
    if (finder === undefined) {
      finder = this.#open(index);
      this.#finders.set(index, finder);
    }
    return finder;
  }

  /** Of a document in which something was found. */
  document(id: string): Promise<PlaceFinder> {
    return this.reading(this.#indexes.get(id) as number);
  }

  /** Documents of these hits, in the question's order. */
  documentsOf(hits: ReadonlyArray<{ document: string }>): string[] {
    const index = (id: string): number => this.#indexes.get(id) as number;
    return [...new Set(hits.map((hit) => hit.document))].sort((a, b) => index(a) - index(b));
  }

  async #open(index: number): Promise<PlaceFinder> {
    const { plan, chunks, name } = await openReading(this.#sources[index]);
    this.#indexes.set(plan.documentId, index);
    const head = name === undefined || this.#sources.length === 1 ? undefined : await ofReading(plan.readingId, async () =>
      ((await loadStructure(this.#ctx.blobs, plan.documentId))?.title ? undefined : name));
    return new PlaceFinder(this.#ctx, plan, { chunks, trailHead: head === undefined ? [] : [head] });
  }
}
