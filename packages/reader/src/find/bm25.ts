// BM25 over blocks with their trails. Term counts come from the scan of the segments; document frequencies from the same scan.
// A question that names an entry of a reference work means what stands below its heading: words of headings count once more.
import assert from 'node:assert';
import type { Segment } from '../segment/format.ts';
import { countTerms, stemsOf, type TermCounts } from '../segment/words.ts';
import { rankBlocks } from './fuse.ts';
import type { WordIndex } from './word-index.ts';

const K1 = 1.2;
const B = 0.75;
/** Of the most that a block of one occurrence of each word could score: from here on a rank counts whole. */
const COVERED = 0.4;

/** A term of a heading scores this times its idf on top. Structured documents, 128K, n 800, BM25 alone, recall@1 / @8: .63 / .92 without, .70 / .98. */
const HEADING_WEIGHT = 1;
/** That of a heading which the question names counts this many times as much. */
const NAMED_WEIGHT = 2;

/** Hashes are looked up by their upper bits first: nearly all of a document's are none of the question's. */
const BUCKET_BITS = 12;

/** Counts of the question's terms, block after block. Memory: 2 bytes per block and question term, 5 per block. */
export class Bm25Scan {
  readonly #terms: Uint32Array; // distinct hashes of the question's words, ascending
  readonly #firstTerms: Uint16Array; // (2 ** BUCKET_BITS): the first term with these upper bits, numTerms where there is none
  #counts: Uint8Array; // (capacity, numTerms)
  #inHeading: Uint8Array; // (capacity, numTerms): 1 where a heading that is open in the block has the term, more where the question names that heading
  #isNamed: Uint8Array; // (capacity): 1 where the question names a heading that is open in the block
  #lengths: Uint32Array; // (capacity): words
  #numBlocks = 0;

  constructor(termHashes: readonly number[]) {
    this.#terms = Uint32Array.from(new Set(termHashes)).sort();
    assert(this.#terms.length < 2 ** 16, 'a question of so many words');
    this.#firstTerms = new Uint16Array(2 ** BUCKET_BITS).fill(this.#terms.length);
    for (let t = this.#terms.length - 1; t >= 0; t--) this.#firstTerms[this.#terms[t] >>> (32 - BUCKET_BITS)] = t;
    this.#counts = new Uint8Array(1024 * this.#terms.length);
    this.#inHeading = new Uint8Array(1024 * this.#terms.length);
    this.#isNamed = new Uint8Array(1024);
    this.#lengths = new Uint32Array(1024);
  }

  get numTerms(): number {
    return this.#terms.length;
  }

  /** Counts (numTerms) of one ascending list of hashes. */
  countsOf({ hashes, counts }: TermCounts): Uint8Array {
    const found = new Uint8Array(this.#terms.length);
    this.#add(hashes, counts, [0, hashes.length], found, 0);
    return found;
  }

  /**
   * The next blocks: their own counts and their trails'. `trails` (numBlocks + 1): each block's trail and the next block's, -1 for none;
   * `of`: what countsOf found in it. A heading that begins within a block is one of the next block's trail, and stands in the block.
   */
  addSegment(segment: Segment, trails: readonly number[], of: ReadonlyArray<TrailWords | undefined>): void {
    const { numBlocks, termStarts, termHashes, termCounts } = segment;
    this.#makeRoom(numBlocks);
    this.#add(termHashes, termCounts, termStarts, this.#counts, this.#numBlocks * this.#terms.length);
    this.#addTrails(segment, trails, of);
  }

  /** The same, one segment after the other; `index`: of all their words, where there is one. */
  addSegments(segments: readonly Segment[], trails: ReadonlyArray<readonly number[]>, of: ReadonlyArray<TrailWords | undefined>, index?: WordIndex): void {
    if (index === undefined) {
      for (const [i, segment] of segments.entries()) this.addSegment(segment, trails[i], of);
      return;
    }
    this.#makeRoom(segments.reduce((sum, { numBlocks }) => sum + numBlocks, 0));
    index.countInto(this.#terms, this.#counts, this.#numBlocks * this.#terms.length);
    for (const [i, segment] of segments.entries()) this.#addTrails(segment, trails[i], of);
  }

  /** Of the next blocks, whose own words are counted. */
  #addTrails({ numBlocks, numWords }: Segment, trails: readonly number[], of: ReadonlyArray<TrailWords | undefined>): void {
    const numTerms = this.#terms.length;
    const [counts, inHeading, lengths, start] = [this.#counts, this.#inHeading, this.#lengths, this.#numBlocks];
    let trail = of[trails[0]] ?? NO_WORDS;
    for (let b = 0; b < numBlocks; b++) {
      const first = (start + b) * numTerms;
      const next = trails[b + 1] === trails[b] ? trail : of[trails[b + 1]] ?? NO_WORDS;
      lengths[start + b] = numWords[b] + trail.numWords;
      this.#isNamed[start + b] = Number(trail.named || next.named);
      if (next !== trail) for (const t of next.found) if (counts[first + t] > 0) inHeading[first + t] = next.weights[t];
      if (trail.found.length > 0) {
        for (const t of trail.found) {
          counts[first + t] = Math.min(255, counts[first + t] + trail.counts[t]);
          inHeading[first + t] = Math.max(inHeading[first + t], trail.weights[t]);
        }
      }
      trail = next;
    }
    this.#numBlocks += numBlocks;
  }

  /**
   * The first blocks by score, and for each what its rank is worth: all where the block covers enough of what the question could score, else less by the square.
   * `favoured`: those of them that stand below a heading which the question names.
   */
  ranking(): { blocks: number[]; worth: number[]; favoured: number[] } {
    const idf = this.#idf();
    const scores = this.scores(idf);
    const blocks = rankBlocks(scores, 0);
    const enough = COVERED * (K1 + 1) * idf.reduce((sum, of) => sum + of, 0);
    return { blocks, worth: blocks.map((block) => Math.min(1, scores[block] / enough) ** 2), favoured: blocks.filter((block) => this.#isNamed[block] === 1) };
  }

  /** (numBlocks): 0 where no word of the question occurs. */
  scores(idf = this.#idf()): Float64Array {
    const numTerms = this.#terms.length;
    const numBlocks = this.#numBlocks;
    const counts = this.#counts;
    const scores = new Float64Array(numBlocks);
    let totalLength = 0;
    for (let b = 0; b < numBlocks; b++) totalLength += this.#lengths[b];
    const meanLength = totalLength / Math.max(1, numBlocks) || 1;
    for (let b = 0; b < numBlocks; b++) {
      const saturation = K1 * (1 - B + (B * this.#lengths[b]) / meanLength);
      let score = 0;
      for (let t = 0; t < numTerms; t++) {
        const tf = counts[b * numTerms + t];
        if (tf > 0) score += idf[t] * ((tf * (K1 + 1)) / (tf + saturation) + HEADING_WEIGHT * this.#inHeading[b * numTerms + t]);
      }
      scores[b] = score;
    }
    return scores;
  }

  /** (numTerms) */
  #idf(): Float64Array {
    const numTerms = this.#terms.length;
    const numBlocks = this.#numBlocks;
    const df = new Uint32Array(numTerms);
    for (let b = 0; b < numBlocks; b++) for (let t = 0; t < numTerms; t++) if (this.#counts[b * numTerms + t] > 0) df[t]++;
    return Float64Array.from(df, (n) => Math.log(1 + (numBlocks - n + 0.5) / (n + 0.5)));
  }

  /** into[at + b * numTerms + t] = the count of term t in block b's hashes [starts[b] .. starts[b + 1]), at most 255. */
  #add(hashes: Uint32Array, counts: Uint32Array, starts: ArrayLike<number>, into: Uint8Array, at: number): void {
    const terms = this.#terms;
    const firstTerms = this.#firstTerms;
    const numTerms = terms.length;
    const end = starts[starts.length - 1];
    let block = 0; // looked for only where a term is found: most hashes are none
    for (let i = starts[0]; i < end; i++) {
      const hash = hashes[i];
      for (let t = firstTerms[hash >>> (32 - BUCKET_BITS)]; t < numTerms && terms[t] <= hash; t++) {
        if (terms[t] !== hash) continue;
        while (starts[block + 1] <= i) block++;
        into[at + block * numTerms + t] = Math.min(255, counts[i]);
      }
    }
  }

  #makeRoom(numBlocks: number): void {
    while (this.#numBlocks + numBlocks > this.#lengths.length) this.#grow();
  }

  #grow(): void {
    this.#counts = doubled(this.#counts);
    this.#inHeading = doubled(this.#inHeading);
    this.#isNamed = doubled(this.#isNamed);
    this.#lengths = doubled(this.#lengths);
  }
}

function doubled<T extends Uint8Array | Uint32Array>(of: T): T {
  const larger = new (of.constructor as new (length: number) => T)(of.length * 2);
  larger.set(of);
  return larger;
}

export interface TrailWords {
  counts: Uint8Array; // (numTerms)
  /** Terms that occur. */
  found: number[];
  weights: Uint8Array; // (numTerms): of those that occur
  numWords: number;
  /** The question names a heading of it. */
  named: boolean;
}

const NO_WORDS: TrailWords = { named: false, counts: new Uint8Array(0), found: [], weights: new Uint8Array(0), numWords: 0 };

/** `named`: the headings of the trail that the question names. */
export function trailWords(scan: Bm25Scan, terms: TermCounts, named: readonly string[] = []): TrailWords {
  const counts = scan.countsOf(terms);
  const ofNamed = named.length === 0 ? undefined : scan.countsOf(countTerms(named.flatMap(stemsOf)));
  return {
    counts, found: [...counts.keys()].filter((t) => counts[t] > 0), weights: counts.map((_, t) => (ofNamed !== undefined && ofNamed[t] > 0 ? NAMED_WEIGHT : 1)), numWords: terms.numWords, named: named.length > 0,
  };
}
