// Scoring and fusing without a model: formulas by hand.
import { describe, expect, test } from 'vitest';
import { createReferenceAttention } from '@lectern/sparse-attn';
import { blockScore, scoreSegments } from '../src/find/attention-route.ts';
import { Bm25Scan, trailWords } from '../src/find/bm25.ts';
import { fuse, rankBlocks, sharedRanks, weightsOf } from '../src/find/fuse.ts';
import { votingTokens } from '../src/find/question.ts';
import type { Segment } from '../src/segment/format.ts';
import { countTerms, wordHash } from '../src/segment/words.ts';

/** A block's terms, ascending, as [hash, count], and its words. */
type Words = [terms: Array<[number, number]>, numWords: number];

function wordsIn(...blocks: Words[]): Segment {
  const termStarts = [0];
  for (const [terms] of blocks) termStarts.push(termStarts.at(-1)! + terms.length);
  const terms = blocks.flatMap(([list]) => list);
  return {
    numBlocks: blocks.length, numWords: Uint32Array.from(blocks, ([, numWords]) => numWords), termStarts: Uint32Array.from(termStarts),
    termHashes: Uint32Array.from(terms, ([hash]) => hash), termCounts: Uint32Array.from(terms, ([, count]) => count),
  } as Segment;
}

describe('the attention score', () => {
  test('is the sum over words of log(exp(l - Z) + floor)', () => {
    const z = Float32Array.of(1, 2);
    expect(blockScore(Float32Array.of(1, 2), 0, z, 0)).toBeCloseTo(0);
    expect(blockScore(Float32Array.of(9, 2, 4), 1, z, 0)).toBeCloseTo(3);
    expect(blockScore(Float32Array.of(-Infinity, 2), 0, z, 1e-3)).toBeCloseTo(Math.log(1e-3) + Math.log(1 + 1e-3));
  });

  test('heads are weighted; blocks of all segments stand one after the other, each with its trail', async () => {
    const engine = createReferenceAttention();
    // One word and keys of zeros: a block's log-sum-exp is the logarithm of its keys.
    const head = (kvIndex: number, weight: number) => ({ kvIndex, weight, q: new Float32Array(4), z: new Float32Array(1) });
    const segment = (...tokenStarts: number[]) => {
      const numTokens = tokenStarts.at(-1)!;
      return { numTokens, headDim: 4, tokenStarts: Uint32Array.from(tokenStarts), keys: new Int8Array(2 * numTokens * 4), keyScales: new Float32Array(2 * numTokens) } as Segment;
    };
    const pass = { numVoting: 1, softmaxScale: 1, heads: [head(0, 1), head(1, 0.5)] };
    const scores = await scoreSegments(engine, pass, [segment(0, 3, 4), segment(0, 2)], Int32Array.of(-1, 0, 0), [Float32Array.of(5), Float32Array.of(7)], 0);
    expect(scores).toHaveLength(3);
    expect(scores[0]).toBeCloseTo(1.5 * Math.log(3), 6);
    expect(scores[1]).toBeCloseTo(Math.log(1 + 5) + 0.5 * Math.log(1 + 7), 6);
    expect(scores[2]).toBeCloseTo(Math.log(2 + 5) + 0.5 * Math.log(2 + 7), 6);
  });

  test('words vote; punctuation only when there is nothing else', () => {
    const decode = (id: number): string => ['Who', ' is', '?', ' '][id];
    expect(votingTokens(Int32Array.of(0, 1, 2), decode)).toEqual([0, 1]);
    expect(votingTokens(Int32Array.of(2, 3), decode)).toEqual([0, 1]);
  });
});

describe('BM25', () => {
  test('scores by the formula; the trail counts as the block\'s own words', () => {
    const scan = new Bm25Scan([9, 7]);
    const trail = trailWords(scan, { hashes: Uint32Array.of(8, 9), counts: Uint32Array.of(3, 1), numWords: 10 });
    expect([...scan.countsOf({ hashes: Uint32Array.of(1, 7, 9), counts: Uint32Array.of(4, 2, 1), numWords: 7 })]).toEqual([2, 1]);
    scan.addSegment(wordsIn([[[1, 5], [7, 2]], 10], [[[8, 1]], 10], [[], 15]), [-1, 0, -1, -1], [trail]);
    const idf = Math.log(1 + 2.5 / 1.5); // 3 blocks, the word in one
    const mean = 15;
    const scores = scan.scores();
    expect(scores[0]).toBeCloseTo((idf * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 10) / mean)));
    expect(scores[1]).toBeCloseTo(idf * (2.2 / (1 + 1.2 * (0.25 + (0.75 * 20) / mean)) + 1)); // and once more for a heading's word
    expect(scores[2]).toBe(0);
  });

  test('a heading within a block counts for it as for the next one', () => {
    const scan = new Bm25Scan([9]);
    const trail = trailWords(scan, { hashes: Uint32Array.of(9), counts: Uint32Array.of(1), numWords: 1 });
    const other = trailWords(scan, { hashes: Uint32Array.of(8), counts: Uint32Array.of(1), numWords: 1 });
    // 0: the heading stands in it; 1: is below it; 2: has the word; 3: is before the heading of the next segment's first block; 4: that one
    scan.addSegment(wordsIn([[[9, 1]], 10], [[], 10], [[[9, 1]], 11], [[], 11]), [1, 0, 1, 1, 0], [trail, other]);
    scan.addSegment(wordsIn([[], 10]), [0, -1], [trail, other]);
    const scores = scan.scores();
    expect(scores[0]).toBeCloseTo(scores[1]);
    expect(scores[2]).toBeLessThan(0.7 * scores[0]);
    expect(scores[3]).toBe(0);
    expect(scores[4]).toBeCloseTo(scores[1]);
  });

  test('words of a heading that the question names count twice as much, and only these', () => {
    const [lock, list] = ['lock', 'list'].map(wordHash);
    const scan = new Bm25Scan([lock, list]);
    const terms = countTerms(['list', 'lock']);
    const [named, other] = [trailWords(scan, terms, ['lock']), trailWords(scan, terms)];
    scan.addSegment(wordsIn([[], 10], [[], 10], [[], 10]), [0, 1, -1, -1], [named, other]);
    const [below, beside, none] = scan.scores();
    const idf = Math.log(1 + 1.5 / 2.5); // 3 blocks, each word in two
    expect(below - beside).toBeCloseTo(idf);
    expect(none).toBe(0);
    expect(scan.ranking()).toMatchObject({ blocks: [0, 1], favoured: [0] });
  });

  test('takes more blocks than it first made room for', () => {
    const scan = new Bm25Scan([1]);
    const blocks = Array.from({ length: 1500 }, (): Words => [[[2, 1]], 5]);
    scan.addSegment(wordsIn(...blocks), [...blocks.map(() => -1), -1], []);
    scan.addSegment(wordsIn(...blocks.slice(1), [[[1, 1]], 5]), [...blocks.map(() => -1), -1], []);
    const scores = scan.scores();
    expect(scores).toHaveLength(3000);
    expect(rankBlocks(scores, 0)).toEqual([2999]);
  });

  test("a rank is worth what the block covers of the question's words", () => {
    const scan = new Bm25Scan([1, 2, 3]);
    scan.addSegment(wordsIn([[[1, 1], [2, 1], [3, 1]], 10], [[[1, 1]], 10], [[], 10], [[], 10]), [-1, -1, -1, -1, -1], []);
    const { blocks, worth } = scan.ranking();
    expect(blocks).toEqual([0, 1]);
    expect(worth[0]).toBe(1);
    const idf = (n: number): number => Math.log(1 + (4 - n + 0.5) / (n + 0.5));
    expect(worth[1]).toBeCloseTo((idf(2) / (0.4 * 2.2 * (idf(2) + 2 * idf(1)))) ** 2); // one word of three; tf 1 at the mean length scores its idf
  });

  test('a question without words finds nothing', () => {
    const scan = new Bm25Scan([]);
    scan.addSegment(wordsIn([[[2, 1]], 5]), [-1, -1], []);
    expect([...scan.scores()]).toEqual([0]);
    expect(scan.ranking()).toEqual({ blocks: [], worth: [], favoured: [] });
  });
});

describe('fusion', () => {
  test('adds reciprocal ranks; ties go to the lower block', () => {
    const hits = fuse([{ route: 'attention', blocks: [4, 2] }, { route: 'bm25', blocks: [2, 9, 4] }], 8);
    expect(hits.map((h) => h.block)).toEqual([2, 4, 9]);
    expect(hits[0]).toEqual({ block: 2, score: 0.5 / 22 + 1 / 21, ranks: { attention: 2, bm25: 1 } });
    expect(fuse([{ route: 'attention', blocks: [4, 2] }, { route: 'bm25', blocks: [2, 9, 4], favoured: [9, 4] }], 8).map(({ block, score }) => [block, score])).toEqual([
      [4, 0.5 / 21 + 1 / 23 + 1 / 21.5], [9, 1 / 22 + 1 / 21.5], [2, 0.5 / 22 + 1 / 21],
    ]);
    expect(fuse([{ route: 'embedding', blocks: [5, 3] }, { route: 'bm25', blocks: [3, 5] }], 1)[0].block).toBe(3);
  });

  test('a rank counts what it is worth', () => {
    const hits = fuse([{ route: 'attention', blocks: [4, 2] }, { route: 'bm25', blocks: [9, 2], worth: [0.5, 0.25] }], 8);
    expect(hits.map((h) => [h.block, h.score])).toEqual([[2, 0.5 / 22 + 0.25 / 22], [4, 0.5 / 21], [9, 0.5 / 21]]);
  });

  test('attention counts what calibration gave it, else the default', () => {
    const rankings = [{ route: 'attention' as const, blocks: [4] }, { route: 'bm25' as const, blocks: [9] }];
    expect(fuse(rankings, 8, weightsOf({ attentionWeight: 2 })).map((h) => [h.block, h.score])).toEqual([[4, 2 / 21], [9, 1 / 21]]);
    expect(fuse(rankings, 8, weightsOf({}))).toEqual(fuse(rankings, 8));
  });

  test('blocks that one sentence ranks share its rank, push nothing down, and take one place', () => {
    const scores = Float64Array.of(0.1, 0.7, 0.7, 0.5, 0.7);
    const blocks = rankBlocks(scores, 0);
    const ranks = sharedRanks(blocks, scores);
    expect(blocks.map((block, i) => [block, ranks[i]])).toEqual([[1, 1], [2, 1], [4, 1], [3, 2], [0, 3]]);
    // Block 4 has the rank of 1 and 2, but is no neighbour.
    expect(fuse([{ route: 'embedding', blocks, ranks }], 3).map(({ block, score }) => [block, score])).toEqual([[1, 1 / 21], [4, 1 / 21], [3, 1 / 22]]);
    // The neighbour that other routes rank too stands for both.
    expect(fuse([{ route: 'bm25', blocks: [2] }, { route: 'embedding', blocks, ranks }], 2).map(({ block }) => block)).toEqual([2, 4]);
  });

  test('ranks by falling score, ties by block', () => {
    expect(rankBlocks(Float64Array.of(1, 3, 3, 0), 0)).toEqual([1, 2, 0]);
  });

  test('of many blocks the first 300, as a full sort would rank them', () => {
    const scores = Float64Array.from({ length: 20_000 }, (_, b) => (b * 7919) % 1000); // many ties
    const sorted = [...scores.keys()].filter((b) => scores[b] > 10).sort((a, b) => scores[b] - scores[a] || a - b);
    expect(rankBlocks(scores, 10)).toEqual(sorted.slice(0, 300));
  });
});
