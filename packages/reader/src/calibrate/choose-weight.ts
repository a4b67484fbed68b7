// What the attention route's ranks weigh beside the other routes': out of recorded rankings, which are fused anew for each weight. Pure.
import { fuse, type Ranking, weightsOf } from '../find/fuse.ts';
import { standardError } from './choose-heads.ts';
import { type Gold, type Recall, recallOf } from './ranks.ts';

/** Few, since the questions can tell no more apart. */
export const WEIGHTS = [0.125, 0.25, 0.5, 1, 2];
const TOP = 8;
/** Of fewer questions nothing follows: a standard error of so few says little itself. */
const MIN_QUESTIONS = 40;
/** Standard errors of a difference that is no noise: .05 both ways, shared by the four weights that are tried against the one that is there. */
const BEYOND_NOISE = 2.5;

/** What each route made of a question. */
export interface RankedQuestion {
  rankings: readonly Ranking[];
  gold: Gold;
}

export interface WeightFigures {
  /** 0: what is found without attention; never chosen. */
  weight: number;
  recall: Recall;
  /** Mean reciprocal rank, 0 beyond the first 8. */
  value: number;
}

/** The weight of the best value if that is better than the value of `present` beyond noise (paired over the questions, enough of them), else `present`. */
export function chooseWeight(questions: readonly RankedQuestion[], present: number): number {
  if (questions.length < MIN_QUESTIONS) return present;
  const valuesOf = (weight: number): number[] => fusedRanks(questions, weight).map(reciprocal);
  const now = valuesOf(present);
  let chosen = { weight: present, value: mean(now) };
  for (const weight of WEIGHTS) {
    const values = valuesOf(weight);
    const value = mean(values);
    if (value > chosen.value && value - mean(now) > BEYOND_NOISE * standardError(values, now)) chosen = { weight, value };
  }
  return chosen.weight;
}

export const weightFigures = (questions: readonly RankedQuestion[], weights: readonly number[]): WeightFigures[] => weights.map((weight) => {
  const ranks = fusedRanks(questions, weight);
  return { weight, recall: recallOf(ranks), value: mean(ranks.map(reciprocal)) };
});

/** (questions.length): of the first fused block that answers; undefined beyond the first 8. */
function fusedRanks(questions: readonly RankedQuestion[], attentionWeight: number): Array<number | undefined> {
  return questions.map(({ rankings, gold }) => {
    const weighed = rankings.filter(({ route }) => attentionWeight > 0 || route !== 'attention');
    const at = fuse(weighed, TOP, weightsOf({ attentionWeight })).findIndex(({ block }) => block >= gold.first && block <= gold.last);
    return at < 0 ? undefined : at + 1;
  });
}

const reciprocal = (rank: number | undefined): number => (rank === undefined ? 0 : 1 / rank);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
