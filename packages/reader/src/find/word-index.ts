// Words of many segments by their hash instead of by block: a question's few words are looked up, where counting them block after block
// reads all words of the document from all over its mapped files. Made at the second question about the same chunks, kept for later ones.
import type { Chunk } from '../contract.ts';
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

interface Known {
  chunks: readonly Chunk[];
  /** Not yet: asked about once. */
  index: WordIndex | undefined;
}

/** By the first of their chunks, for as long as its plan lives. */
const known = new WeakMap<Chunk, Known>();
/** Those that have an index, by first chunk, the least recently used first. */
const kept = new Map<Chunk, WordIndex>();

/** `segments` of the chunks. Undefined where it is not worth making, too large, or not known yet that it will be wanted again. */
export function wordIndexOf(chunks: readonly Chunk[], segments: readonly Segment[]): WordIndex | undefined {
  if (chunks.length < MIN_SEGMENTS) return undefined;
  const [first] = chunks;
  const before = known.get(first);
  if (before === undefined || !areSame(before.chunks, chunks)) {
    kept.delete(first);
    known.set(first, { chunks, index: undefined });
    return undefined;
  }
  if (before.index === undefined) {
    const { numBlocks, blockStart } = chunks[chunks.length - 1];
    if (numPostingsOf(segments) > MAX_POSTINGS || blockStart + numBlocks > MAX_BLOCKS) return undefined;
    before.index = new WordIndex(segments);
  }
  keep(first, before.index);
  return before.index;
}

const areSame = (one: readonly Chunk[], other: readonly Chunk[]): boolean => one.length === other.length && one.every((chunk, i) => chunk === other[i]);

/** The newest stays; one that is let go must be asked about twice again, so that more than can be kept are not made in turn. */
function keep(first: Chunk, index: WordIndex): void {
  kept.delete(first);
  kept.set(first, index);
  let numPostings = 0;
  for (const { numPostings: own } of kept.values()) numPostings += own;
  for (const [chunk, { numPostings: own }] of kept) {
    if (numPostings <= MAX_POSTINGS) return;
    kept.delete(chunk);
    known.delete(chunk);
    numPostings -= own;
  }
}
