// BM25 over blocks with their trails. Term counts come from the scan of the segments; document frequencies from the same scan.
import type { TermCounts } from '../segment/words.ts';

const K1 = 1.2;
const B = 0.75;

/** Counts of the question's terms, block after block. Memory: 1 byte per block and question term. */
export class Bm25Scan {
  readonly #terms: readonly number[]; // distinct hashes of the question's words
  #counts: Uint8Array; // (capacity, numTerms)
  #lengths: Float64Array; // (capacity)
  #numBlocks = 0;

  constructor(termHashes: readonly number[]) {
    this.#terms = [...new Set(termHashes)];
    this.#counts = new Uint8Array(1024 * this.#terms.length);
    this.#lengths = new Float64Array(1024);
  }

  /** Counts in ascending hash lists. The same function serves blocks and trails. */
  countsOf(hashes: Uint32Array, counts: Uint32Array): number[] {
    return this.#terms.map((term) => {
      const at = binarySearch(hashes, term);
      return at < 0 ? 0 : counts[at];
    });
  }

  /** The next block: its own counts and its trail's. */
  add(own: { counts: readonly number[]; numWords: number }, trail: { counts: readonly number[]; numWords: number } | undefined): void {
    if (this.#numBlocks === this.#lengths.length) this.#grow();
    const numTerms = this.#terms.length;
    for (let t = 0; t < numTerms; t++) {
      this.#counts[this.#numBlocks * numTerms + t] = Math.min(255, own.counts[t] + (trail?.counts[t] ?? 0));
    }
    this.#lengths[this.#numBlocks++] = own.numWords + (trail?.numWords ?? 0);
  }

  /** (numBlocks): 0 where no word of the question occurs. */
  scores(): Float64Array {
    const numTerms = this.#terms.length;
    const scores = new Float64Array(this.#numBlocks);
    let totalLength = 0;
    for (let b = 0; b < this.#numBlocks; b++) totalLength += this.#lengths[b];
    const meanLength = totalLength / Math.max(1, this.#numBlocks) || 1;
    for (let t = 0; t < numTerms; t++) {
      let df = 0;
      for (let b = 0; b < this.#numBlocks; b++) if (this.#counts[b * numTerms + t] > 0) df++;
      const idf = Math.log(1 + (this.#numBlocks - df + 0.5) / (df + 0.5));
      for (let b = 0; b < this.#numBlocks; b++) {
        const tf = this.#counts[b * numTerms + t];
        if (tf > 0) scores[b] += (idf * tf * (K1 + 1)) / (tf + K1 * (1 - B + (B * this.#lengths[b]) / meanLength));
      }
    }
    return scores;
  }

  #grow(): void {
    const counts = new Uint8Array(this.#counts.length * 2);
    counts.set(this.#counts);
    const lengths = new Float64Array(this.#lengths.length * 2);
    lengths.set(this.#lengths);
    this.#counts = counts;
    this.#lengths = lengths;
  }
}

export const trailCounts = (scan: Bm25Scan, terms: TermCounts): { counts: number[]; numWords: number } =>
  ({ counts: scan.countsOf(terms.hashes, terms.counts), numWords: terms.numWords });

function binarySearch(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] === value) return middle;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
