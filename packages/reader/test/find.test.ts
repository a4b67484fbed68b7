// Scoring and fusing without a model: formulas by hand.
import { describe, expect, test } from 'vitest';
import { blockScore, combineHeads } from '../src/find/attention-route.ts';
import { Bm25Scan } from '../src/find/bm25.ts';
import { fuse, rankBlocks } from '../src/find/fuse.ts';
import { votingTokens } from '../src/find/question.ts';

describe('the attention score', () => {
  test('is the sum over words of log(exp(l - Z) + floor), own and trail keys together', () => {
    const z = Float32Array.of(1, 2);
    expect(blockScore(Float32Array.of(1, 2), undefined, z, 0)).toBeCloseTo(0);
    expect(blockScore(Float32Array.of(1, 2), Float32Array.of(1, 2), z, 0)).toBeCloseTo(2 * Math.log(2));
    expect(blockScore(Float32Array.of(-Infinity, 2), undefined, z, 1e-3)).toBeCloseTo(Math.log(1e-3) + Math.log(1 + 1e-3));
  });

  test('heads are weighted', () => {
    expect([...combineHeads([Float64Array.of(1, 2), Float64Array.of(10, 0)], [1, 0.5])]).toEqual([6, 2]);
  });

  test('words vote; punctuation only when there is nothing else', () => {
    const decode = (id: number): string => ['Who', ' is', '?', ' '][id];
    expect(votingTokens(Int32Array.of(0, 1, 2), decode)).toEqual([0, 1]);
    expect(votingTokens(Int32Array.of(2, 3), decode)).toEqual([0, 1]);
  });
});

describe('BM25', () => {
  test('scores by the formula; the trail counts as the block\'s own words', () => {
    const scan = new Bm25Scan([7, 9]);
    expect(scan.countsOf(Uint32Array.of(1, 7, 9), Uint32Array.of(4, 2, 1))).toEqual([2, 1]);
    scan.add({ counts: [2, 0], numWords: 10 }, undefined);
    scan.add({ counts: [0, 0], numWords: 10 }, { counts: [0, 1], numWords: 10 });
    scan.add({ counts: [0, 0], numWords: 15 }, undefined);
    const idf = Math.log(1 + 2.5 / 1.5); // 3 blocks, the word in one
    const mean = 15;
    const scores = scan.scores();
    expect(scores[0]).toBeCloseTo((idf * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 10) / mean)));
    expect(scores[1]).toBeCloseTo((idf * 2.2) / (1 + 1.2 * (0.25 + (0.75 * 20) / mean)));
    expect(scores[2]).toBe(0);
  });

  test('takes more blocks than it first made room for', () => {
    const scan = new Bm25Scan([1]);
    for (let b = 0; b < 3000; b++) scan.add({ counts: [b === 2999 ? 1 : 0], numWords: 5 }, undefined);
    const scores = scan.scores();
    expect(scores).toHaveLength(3000);
    expect(rankBlocks(scores, 0)).toEqual([2999]);
  });

  test('a question without words finds nothing', () => {
    const scan = new Bm25Scan([]);
    scan.add({ counts: [], numWords: 5 }, undefined);
    expect([...scan.scores()]).toEqual([0]);
  });
});

describe('fusion', () => {
  test('adds reciprocal ranks; ties go to the lower block', () => {
    const hits = fuse([{ route: 'attention', blocks: [4, 2] }, { route: 'bm25', blocks: [2, 9, 4] }], 8);
    expect(hits.map((h) => h.block)).toEqual([2, 4, 9]);
    expect(hits[0]).toEqual({ block: 2, score: 1 / 22 + 1 / 21, ranks: { attention: 2, bm25: 1 } });
    expect(fuse([{ route: 'attention', blocks: [5, 3] }, { route: 'bm25', blocks: [3, 5] }], 1)[0].block).toBe(3);
  });

  test('ranks by falling score, ties by block', () => {
    expect(rankBlocks(Float64Array.of(1, 3, 3, 0), 0)).toEqual([1, 2, 0]);
  });
});
