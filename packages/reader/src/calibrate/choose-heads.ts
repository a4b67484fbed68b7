// Which heads a model finds with: out of scores of single heads, the set whose last layer is the earliest among those that find as well as
// the best. Pure; knows no model.
import type { HeadRef, RetrievalSettings } from '@lectern/model';
import { type Gold, ranksOf, worth } from './ranks.ts';
import type { HeadScores } from './score-heads.ts';

/** More heads gained nothing in any model measured, and each costs its keys in the index. */
const MAX_HEADS = 3;
/** Of an added head, beside the first head's 1. */
const WEIGHTS = [0.5, 1, 2];

export interface HeadSet {
  heads: RetrievalSettings['heads'];
  position: number;
  ranks: Int32Array; // (numQuestions)
  /** Mean of worth over the questions. */
  value: number;
}

export interface HeadChoice {
  chosen: HeadSet;
  /** The best by value alone. */
  best: HeadSet;
}

export interface SingleHead extends HeadRef {
  /** The best of its positions. */
  position: number;
  ranks: Int32Array; // (numQuestions)
  value: number;
}

/** Each head at its best position, best first. */
export function rankHeads(scored: readonly HeadScores[], gold: readonly Gold[]): SingleHead[] {
  const best = new Map<string, SingleHead>();
  for (const { layer, head, position, scores } of scored) {
    const ranks = ranksOf(scores, gold);
    const value = meanValue(ranks);
    const known = best.get(`${layer}.${head}`);
    if (known === undefined || value > known.value) best.set(`${layer}.${head}`, { layer, head, position, ranks, value });
  }
  return [...best.values()].sort((a, b) => b.value - a.value || a.layer - b.layer || a.head - b.head);
}

/** Those worth combining: the best of all, and the best of each layer that is worth at least half as much as the best. */
export function candidates(ranked: readonly SingleHead[], numBest: number): SingleHead[] {
  const first = new Set<number>();
  return ranked.filter(({ layer, value }, i) => {
    const isLayersBest = !first.has(layer);
    first.add(layer);
    return i < numBest || (isLayersBest && value >= ranked[0].value / 2);
  });
}

/**
 * Sets of 1 to 3 heads are grown greedily, at each position and for each last layer allowed. Of all sets whose mean value is within one
 * standard error (of the paired difference over the questions) of the best set's, the one is chosen that stops at the earliest layer, since
 * an index-only reading stops there too; then that with the fewest keys to store, then with the highest value.
 */
export function chooseHeads(scored: readonly HeadScores[], gold: readonly Gold[], groupSize: number): HeadChoice {
  const sets: HeadSet[] = [];
  for (const position of new Set(scored.map((s) => s.position))) {
    const here = scored.filter((s) => s.position === position);
    for (const last of new Set(here.map((s) => s.layer))) sets.push(...grow(here.filter((s) => s.layer <= last), gold));
  }
  const best = sets.reduce((a, b) => (b.value > a.value ? b : a));
  const equal = sets.filter((set) => set === best || best.value - set.value <= standardError(valuesOf(best.ranks), valuesOf(set.ranks)));
  const cost = (set: HeadSet): number[] =>
    [Math.max(...set.heads.map(({ layer }) => layer)), numKvHeads(set, groupSize), set.heads.length, -set.value];
  return { best, chosen: equal.reduce((a, b) => (isBefore(cost(b), cost(a)) ? b : a)) };
}

/** The best single head, it with the best second, and these with the best third; an addition that does not help ends it. */
function grow(scored: readonly HeadScores[], gold: readonly Gold[]): HeadSet[] {
  const sets: HeadSet[] = [];
  let sum = new Float32Array(scored[0].scores.length);
  let heads: RetrievalSettings['heads'] = [];
  for (let n = 0; n < MAX_HEADS; n++) {
    let step: { set: HeadSet; sum: Float32Array<ArrayBuffer> } | undefined;
    for (const { layer, head, position, scores } of scored) {
      if (heads.some((h) => h.layer === layer && h.head === head)) continue;
      for (const weight of n === 0 ? [1] : WEIGHTS) {
        const added = sum.map((value, i) => value + weight * scores[i]);
        const ranks = ranksOf(added, gold);
        const value = meanValue(ranks);
        if (step === undefined || value > step.set.value) step = { set: { heads: [...heads, { layer, head, weight }], position, ranks, value }, sum: added };
      }
    }
    if (step === undefined || (n > 0 && step.set.value <= sets[n - 1].value)) break;
    sets.push(step.set);
    ({ sum } = step);
    ({ heads } = step.set);
  }
  return sets;
}

export const valuesOf = (ranks: Int32Array): number[] => Array.from(ranks, worth);
export const meanValue = (ranks: Int32Array): number => ranks.reduce((total, rank) => total + worth(rank), 0) / Math.max(1, ranks.length);

/** Of the mean of the paired differences. */
export function standardError(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  if (n < 2) return 0;
  const differences = a.map((value, i) => value - b[i]);
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  return Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1) / n);
}

const numKvHeads = ({ heads }: HeadSet, groupSize: number): number =>
  new Set(heads.map(({ layer, head }) => `${layer}.${Math.floor(head / groupSize)}`)).size;

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, at) => value !== b[at]);
  return i >= 0 && a[i] < b[i];
}
