// The choice of attention's weight out of recorded rankings: it moves for a clear gain, and stays for a small one.
import { describe, expect, test } from 'vitest';
import { chooseWeight, type RankedQuestion, weightFigures } from '../src/calibrate/choose-weight.ts';

const GOLD = 5;
const others = (from: number, n: number): number[] => Array.from({ length: n }, (_, i) => from + i);

/** The gold block stands first by one route and nowhere by the other, which ranks other blocks. */
const foundBy = (route: 'attention' | 'bm25'): RankedQuestion => ({
  gold: { first: GOLD, last: GOLD },
  rankings: (['attention', 'bm25'] as const).map((each) => ({ route: each, blocks: each === route ? [GOLD] : others(10, 9) })),
});
const many = (n: number, question: RankedQuestion): RankedQuestion[] => Array.from({ length: n }, () => question);

describe('the weight of attention', () => {
  test('rises where attention finds what words do not, and falls where it only misleads', () => {
    expect(chooseWeight([...many(30, foundBy('attention')), ...many(20, foundBy('bm25'))], 0.5)).toBe(1); // 1 / 21 from either: the lower block is first
    // Words put it first and another fifth, which attention pushes before it.
    const misled: RankedQuestion = { gold: { first: GOLD, last: GOLD }, rankings: [{ route: 'bm25', blocks: [GOLD, ...others(20, 3), 11] }, { route: 'attention', blocks: [11] }] };
    expect(chooseWeight([...many(40, misled), ...many(5, foundBy('attention'))], 1)).toBe(0.125);
  });

  test('stays where a better value may be noise, where nothing differs, and where nothing was asked', () => {
    const better = foundBy('attention');
    expect(chooseWeight([...many(5, better), ...many(95, foundBy('bm25'))], 0.5)).toBe(0.5); // 2.3 standard errors
    expect(chooseWeight([...many(8, better), ...many(92, foundBy('bm25'))], 0.5)).toBe(1); // 2.9
    expect(chooseWeight(many(39, better), 0.5)).toBe(0.5);
    expect(chooseWeight(many(50, { gold: { first: GOLD, last: GOLD }, rankings: [{ route: 'bm25', blocks: [GOLD] }, { route: 'attention', blocks: [GOLD] }] }), 0.25)).toBe(0.25);
    expect(chooseWeight([], 0.5)).toBe(0.5);
  });

  test('a weight that is there already and none of those tried can stay', () => {
    expect(chooseWeight(many(50, foundBy('attention')), 3)).toBe(3);
  });

  test('figures: hits of the fused order; 0 leaves attention out', () => {
    const [without, half] = weightFigures([...many(3, foundBy('attention')), foundBy('bm25')], [0, 0.5]);
    expect(without).toEqual({ weight: 0, recall: { at1: 1, at8: 1, n: 4 }, value: 0.25 });
    expect(half!.recall).toEqual({ at1: 1, at8: 1, n: 4 }); // .5 / 21 is behind eight blocks that words rank
    expect(weightFigures([foundBy('attention')], [2])[0]!.recall.at1).toBe(1);
  });
});
