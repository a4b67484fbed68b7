// Numbers for the blocks of a scan, over all its documents: in the order of the documents, then of the text.
import type { Chunk } from '../contract.ts';

export interface BlockRef {
  /** Index of the reading in the question's list. */
  reading: number;
  /** Block of that reading. */
  block: number;
}

export class ScannedBlocks {
  readonly #chunks: Array<{ start: number; reading: number; blockStart: number }> = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The next chunk. */
  add(reading: number, { blockStart, numBlocks }: Chunk): void {
    this.#chunks.push({ start: this.#length, reading, blockStart });
    this.#length += numBlocks;
  }

  at(number: number): BlockRef {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle].start <= number) low = middle;
      else high = middle - 1;
    }
    const { start, reading, blockStart } = this.#chunks[low];
    return { reading, block: blockStart + number - start };
  }
}
