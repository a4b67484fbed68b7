// Words looked up by hash count as those counted block after block; what is kept is bounded.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../src/contract.ts';
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
  const chunks = (n: number): Chunk[] => Array.from({ length: n }, (_, i) => ({ index: i, blockStart: i, numBlocks: 1 }) as Chunk);

  test('at the second question about the same chunks', () => {
    const [asked, list] = [chunks(80), Array<Segment>(80).fill(segment(3))];
    expect(wordIndexOf(asked, list)).toBeUndefined();
    const index = wordIndexOf([...asked], list);
    expect(index?.numPostings).toBe(240);
    expect(wordIndexOf(asked, list)).toBe(index);
    expect(wordIndexOf(asked.filter(({ index: i }) => i !== 40), list.slice(1))).toBeUndefined(); // while a document is read there are others each time
    expect(wordIndexOf(chunks(80), list)).toBeUndefined();
  });

  test('not of few chunks, and not of more words than are kept', () => {
    const few = chunks(10);
    const many = chunks(64);
    const large = Array<Segment>(64).fill(segment(MAX_WORD_INDEX_BYTES / 8 / 64 + 1));
    for (let times = 0; times < 3; times++) {
      expect(wordIndexOf(few, Array<Segment>(10).fill(segment(3)))).toBeUndefined();
      expect(wordIndexOf(many, large)).toBeUndefined();
    }
  });

  test('and let go for newer ones', () => {
    const half = Array<Segment>(64).fill(segment(MAX_WORD_INDEX_BYTES / 8 / 64 / 2));
    const [one, two, three] = [chunks(64), chunks(64), chunks(64)];
    for (const each of [one, two]) expect([wordIndexOf(each, half), wordIndexOf(each, half)]).toEqual([undefined, expect.any(WordIndex)]);
    expect(wordIndexOf(one, half)).toBeInstanceOf(WordIndex); // both are kept; two is the older now
    expect([wordIndexOf(three, half), wordIndexOf(three, half)]).toEqual([undefined, expect.any(WordIndex)]);
    expect(wordIndexOf(one, half)).toBeInstanceOf(WordIndex);
    expect(wordIndexOf(two, half)).toBeUndefined();
  });
});
