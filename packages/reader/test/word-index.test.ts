// Words looked up by hash count as those counted block after block; what is kept is bounded.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadingPlan } from '../src/contract.ts';
import { Bm25Scan, trailWords } from '../src/find/bm25.ts';
import { MAX_WORD_INDEX_BYTES, WordIndex, wordIndexOf } from '../src/find/word-index.ts';
import type { Segment } from '../src/segment/format.ts';

type Block = Map<number, number>; // hash -> count

function segmentOf(blocks: readonly Block[]): Segment {
  const lists = blocks.map((block) => [...block].sort(([a], [b]) => a - b));
  const termStarts = new Uint32Array(blocks.length + 1);
  lists.forEach((list, b) => { termStarts[b + 1] = termStarts[b] + list.length; });
  return {
    numBlocks: blocks.length, termStarts, numWords: Uint32Array.from(lists, (list) => list.reduce((sum, [, count]) => sum + count, 0)),
    termHashes: Uint32Array.from(lists.flat(), ([hash]) => hash), termCounts: Uint32Array.from(lists.flat(), ([, count]) => count),
  } as Segment;
}

// Few hashes, some with the same upper bits, of which the question asks for some.
const HASHES = [0, 1, 5, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff];
const block = fc.uniqueArray(fc.tuple(fc.constantFrom(...HASHES), fc.integer({ min: 1, max: 300 })), { selector: ([hash]) => hash, maxLength: 8 }).map((list): Block => new Map(list));
const segments = fc.array(fc.array(block, { minLength: 1, maxLength: 5 }).map(segmentOf), { minLength: 1, maxLength: 8 });

test('the same scores and ranks, bit for bit, with an index as without, below headings and not', () => {
  fc.assert(fc.property(segments, fc.uniqueArray(fc.constantFrom(...HASHES, 77), { maxLength: 9 }), fc.infiniteStream(fc.integer({ min: -1, max: 1 })), (list, asked, some) => {
    const trails = list.map(({ numBlocks }) => Array.from({ length: numBlocks + 1 }, () => some.next().value as number));
    const scans = [undefined, new WordIndex(list)].map((index) => {
      const scan = new Bm25Scan(asked);
      const words = [[5, 0x80000001], [0, 77]].map((hashes) => trailWords(scan, { hashes: Uint32Array.from(hashes), counts: Uint32Array.of(1, 250), numWords: 3 }));
      for (let times = 0; times < 2; times++) scan.addSegments(list, trails, words, index); // what stands before does not matter
      return scan;
    });
    expect(scans[1].scores()).toEqual(scans[0].scores());
    expect(scans[1].ranking()).toEqual(scans[0].ranking());
  }));
});

describe('an index is made', () => {
  const segment = (numTerms: number): Segment => segmentOf([new Map(Array.from({ length: numTerms }, (_, i) => [i * 7919, 1]))]);
  const planOf = (numChunks: number): ReadingPlan => ({ numBlocks: numChunks, chunks: Array.from({ length: numChunks }, () => ({})) }) as ReadingPlan;
  const MAX_POSTINGS = MAX_WORD_INDEX_BYTES / 8;

  test('of whole readings', () => {
    const [plan, list] = [planOf(80), Array<Segment>(80).fill(segment(3))];
    expect(wordIndexOf(plan, list.slice(1))).toBeUndefined();
    const index = wordIndexOf(plan, list);
    expect(index?.numPostings).toBe(240);
    expect(wordIndexOf(plan, list)).toBe(index);
    expect(wordIndexOf(planOf(80), list)).not.toBe(index);
  });

  test('not of few chunks, and not of more words than are kept', () => {
    const [few, many] = [planOf(10), planOf(64)];
    const large = Array<Segment>(64).fill(segment(MAX_POSTINGS / 64 + 1));
    for (let times = 0; times < 3; times++) {
      expect(wordIndexOf(few, Array<Segment>(10).fill(segment(3)))).toBeUndefined();
      expect(wordIndexOf(many, large)).toBeUndefined();
    }
  });

  test('and let go for one that is asked about again', () => {
    const most = Array<Segment>(64).fill(segment(0.6 * MAX_POSTINGS / 64));
    const [one, two] = [planOf(64), planOf(64)];
    const first = wordIndexOf(one, most);
    expect(first).toBeInstanceOf(WordIndex);
    expect(wordIndexOf(two, most)).toBeUndefined();
    expect(wordIndexOf(one, most)).toBe(first);
    expect(wordIndexOf(two, most)).toBeInstanceOf(WordIndex);
    expect(wordIndexOf(one, most)).toBeUndefined();
    expect(wordIndexOf(two, most)).toBeInstanceOf(WordIndex);
  });
});
