// Words of many segments by their hash instead of by block: a question's few words are looked up, where counting them block after block
// reads all words of the document from all over its mapped files. Made at the first question about a whole reading, kept for later ones.
import type { ReadingPlan } from '../contract.ts';
import type { Segment } from '../segment/format.ts';

const BUCKET_BITS = 16;
/** A posting is its block and its count in one number. */
const COUNT_BITS = 8;
const MAX_COUNT = 2 ** COUNT_BITS - 1;
const BYTES_PER_POSTING = 8;
/** All that a thread keeps: of texts of some 3M tokens. */
const MAX_POSTINGS = 2 ** 21;
export const MAX_WORD_INDEX_BYTES = MAX_POSTINGS * BYTES_PER_POSTING;

export class WordIndex {
  readonly numPostings: number;
  readonly #starts: Uint32Array; // (2 ** BUCKET_BITS + 1): postings of hashes with these upper bits
  readonly #hashes: Uint32Array; // (numPostings), by bucket, in it by block
  readonly #postings: Uint32Array; // (numPostings): block << COUNT_BITS | count

  constructor(segments: readonly Segment[]) {
    this.numPostings = numPostingsOf(segments);
    this.#starts = new Uint32Array(2 ** BUCKET_BITS + 1);
    this.#hashes = new Uint32Array(this.numPostings);
    this.#postings = new Uint32Array(this.numPostings);
    const [starts, hashes, postings] = [this.#starts, this.#hashes, this.#postings];
    for (const { termHashes } of segments) for (let i = 0; i < termHashes.length; i++) starts[(termHashes[i] >>> (32 - BUCKET_BITS)) + 1]++;
    for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] += starts[bucket - 1];
    const next = starts.slice();
    let first = 0; // block of the segment
    for (const { numBlocks, termStarts, termHashes, termCounts } of segments) {
      for (let b = 0; b < numBlocks; b++) {
        for (let i = termStarts[b]; i < termStarts[b + 1]; i++) {
          const at = next[termHashes[i] >>> (32 - BUCKET_BITS)]++;
          hashes[at] = termHashes[i];
          postings[at] = ((first + b) << COUNT_BITS) | Math.min(MAX_COUNT, termCounts[i]);
        }
      }
      first += numBlocks;
    }
  }

  /** into[at + b * terms.length + t] = the count of term t in block b, at most 255. */
  countInto(terms: Uint32Array, into: Uint8Array, at: number): void {
    for (const [t, term] of terms.entries()) {
      const bucket = term >>> (32 - BUCKET_BITS);
      for (let i = this.#starts[bucket]; i < this.#starts[bucket + 1]; i++) {
        if (this.#hashes[i] === term) into[at + (this.#postings[i] >>> COUNT_BITS) * terms.length + t] = this.#postings[i] & MAX_COUNT;
      }
    }
  }
}

const numPostingsOf = (segments: readonly Segment[]): number => segments.reduce((sum, { termHashes }) => sum + termHashes.length, 0);
const MAX_BLOCKS = 2 ** (32 - COUNT_BITS);
/** Fewer are counted as fast as looked up. */
const MIN_SEGMENTS = 64;

/** Of whole readings, the least recently used first. */
const kept = new Map<ReadingPlan, WordIndex>();
/** Asked about when there was no room: more than can be kept must not be made in turn, question after question. */
const seen = new WeakSet<ReadingPlan>();

/** `segments` of all the plan's chunks, else there is none; nor where it is not worth making or too large. */
export function wordIndexOf(plan: ReadingPlan, segments: readonly Segment[]): WordIndex | undefined {
  if (segments.length < MIN_SEGMENTS || segments.length !== plan.chunks.length || plan.numBlocks > MAX_BLOCKS) return undefined;
  const index = kept.get(plan) ?? make(plan, segments);
  if (index === undefined) return undefined;
  kept.delete(plan);
  kept.set(plan, index);
  return index;
}

function make(plan: ReadingPlan, segments: readonly Segment[]): WordIndex | undefined {
  const own = numPostingsOf(segments);
  if (own > MAX_POSTINGS) return undefined;
  let numKept = 0;
  for (const { numPostings } of kept.values()) numKept += numPostings;
  if (numKept + own > MAX_POSTINGS && !seen.has(plan)) {
    seen.add(plan);
    return undefined;
  }
  for (const [oldest, { numPostings }] of kept) {
    if (numKept + own <= MAX_POSTINGS) break;
    kept.delete(oldest);
    seen.delete(oldest);
    numKept -= numPostings;
  }
  return new WordIndex(segments);
}
