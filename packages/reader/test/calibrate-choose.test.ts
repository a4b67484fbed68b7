// Choosing heads from made-up score tables whose right answer is known, and what recall and chance are.
import { describe, expect, test } from 'vitest';
import { candidates, chooseHeads, rankHeads, standardError, valuesOf } from '../src/calibrate/choose-heads.ts';
import { createRandom } from '../src/calibrate/random.ts';
import { chanceAt8, chanceOf, type Gold, rankOfGold, ranksOf, recallOf } from '../src/calibrate/ranks.ts';
import type { HeadScores } from '../src/calibrate/score-heads.ts';

const NUM_BLOCKS = 100;
const NUM_QUESTIONS = 60;
const GOLD: Gold[] = Array.from({ length: NUM_QUESTIONS }, (_, i) => ({ first: i, last: i }));

/** A head that puts the right block first for the questions that `finds` names, and is noise for the others. */
function headThatFinds(layer: number, head: number, finds: (question: number) => boolean, position = 512): HeadScores {
  const random = createRandom(1000 * layer + head);
  const scores = Float32Array.from({ length: NUM_QUESTIONS * NUM_BLOCKS }, () => random.next());
  for (let i = 0; i < NUM_QUESTIONS; i++) if (finds(i)) scores[i * NUM_BLOCKS + i] += 5;
  return { layer, head, position, scores };
}

describe('ranks', () => {
  test('count the blocks before the best gold block; ties go to the lower block; other gold blocks do not count', () => {
    expect(rankOfGold([1, 3, 2, 3], { first: 3, last: 3 })).toBe(2); // block 1 is as good and comes first
    expect(rankOfGold([1, 3, 2, 3], { first: 1, last: 1 })).toBe(1);
    expect(rankOfGold([9, 8, 7, 0], { first: 1, last: 2 })).toBe(2);
    expect(rankOfGold([0, 0, Number.NEGATIVE_INFINITY], { first: 2, last: 2 })).toBe(3);
    expect([...ranksOf(Float32Array.of(1, 2, 2, 1), [{ first: 0, last: 0 }, { first: 0, last: 0 }])]).toEqual([2, 1]);
  });

  test('become recall', () => {
    expect(recallOf([1, 8, 9, undefined])).toEqual({ at1: 1, at8: 2, n: 4 });
  });

  test('chance: 8 of 100 blocks hold one gold block with .08, two with 1 - (92/100)(91/99); all of 8 blocks with 1', () => {
    expect(chanceAt8([{ first: 5, last: 5 }], 100)).toBeCloseTo(0.08);
    expect(chanceAt8([{ first: 5, last: 6 }], 100)).toBeCloseTo(1 - (92 / 100) * (91 / 99));
    expect(chanceAt8([{ first: 0, last: 0 }], 5)).toBeCloseTo(1);
  });
});

test('how easily chance does as well: binomial', () => {
  expect(chanceOf(0, 10, 0.3)).toBe(1);
  expect(chanceOf(2, 2, 0.5)).toBeCloseTo(0.25);
  expect(chanceOf(1, 3, 0.5)).toBeCloseTo(0.875);
  expect(chanceOf(20, 96, 0.032)).toBeLessThan(1e-9);
});

describe('heads', () => {
  test('are ranked, each at its best position', () => {
    const ranked = rankHeads([
      headThatFinds(3, 1, (i) => i < 20), headThatFinds(3, 1, (i) => i < 40, 1536), headThatFinds(2, 0, () => false), headThatFinds(5, 2, (i) => i < 30),
    ], GOLD);
    expect(ranked.map(({ layer, head }) => `${layer}.${head}`)).toEqual(['3.1', '5.2', '2.0']);
    expect(ranked[0]).toMatchObject({ position: 1536 });
    expect(recallOf(ranked[0].ranks).at1).toBeGreaterThanOrEqual(40);
  });

  test('go on as candidates: the best, and each layer\'s best where it is worth half of them', () => {
    const ranked = rankHeads([
      headThatFinds(9, 0, () => true), headThatFinds(9, 1, (i) => i < 50), headThatFinds(4, 0, (i) => i < 40), headThatFinds(4, 1, (i) => i < 39), headThatFinds(1, 0, (i) => i < 5),
    ], GOLD);
    expect(candidates(ranked, 2).map(({ layer, head }) => `${layer}.${head}`)).toEqual(['9.0', '9.1', '4.0']);
  });
});

describe('a set of heads', () => {
  const last = (heads: readonly { layer: number }[]): number => Math.max(...heads.map(({ layer }) => layer));

  test('two heads that find different questions are taken together', () => {
    const { chosen } = chooseHeads([headThatFinds(4, 0, (i) => i % 2 === 0), headThatFinds(4, 3, (i) => i % 2 === 1), headThatFinds(2, 1, () => false)], GOLD, 3);
    expect(chosen.heads.map(({ head }) => head).sort()).toEqual([0, 3]);
    expect(recallOf(chosen.ranks).at8).toBeGreaterThan(55);
  });

  test('of heads that find equally well the earlier layer is chosen, although a later one is a little better', () => {
    const { chosen, best } = chooseHeads([headThatFinds(20, 0, (i) => i !== 5), headThatFinds(6, 0, (i) => i !== 5 && i !== 6)], GOLD, 1);
    expect(last(best.heads)).toBe(20);
    expect(last(chosen.heads)).toBe(6);
    expect(best.value - chosen.value).toBeLessThanOrEqual(standardError(valuesOf(best.ranks), valuesOf(chosen.ranks)));
  });

  test('a later layer that finds clearly more is chosen', () => {
    const { chosen } = chooseHeads([headThatFinds(20, 0, () => true), headThatFinds(6, 0, (i) => i < 40)], GOLD, 1);
    expect(last(chosen.heads)).toBe(20);
  });

  test('a head that adds nothing is left out, and so is a second group of keys', () => {
    const { chosen } = chooseHeads([headThatFinds(4, 0, () => true), headThatFinds(4, 1, () => true), headThatFinds(4, 5, () => true)], GOLD, 3);
    expect(chosen.heads).toHaveLength(1);
  });

  test('all heads of a set look from one position', () => {
    const { chosen } = chooseHeads([headThatFinds(4, 0, (i) => i < 30, 512), headThatFinds(4, 1, (i) => i >= 30, 1536), headThatFinds(4, 2, (i) => i >= 45, 512)], GOLD, 3);
    expect(chosen.position).toBe(512);
    expect(chosen.heads.map(({ head }) => head).sort()).toEqual([0, 2]);
  });
});

test('the standard error is that of the mean paired difference', () => {
  expect(standardError([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0);
  // differences 1, 0, 0, 0: variance .25, standard error .25
  expect(standardError([1, 1, 1, 1], [0, 1, 1, 1])).toBeCloseTo(0.25);
});
