// A second look at the blocks that the routes put first: the sentence of each that is nearest to the question is read by the model, all layers,
// and ranked by how likely it makes the question. Where words do not tell this finds what is asked about in other words; it costs a pass over
// some thousands of tokens, so it is not taken where they do.
import type { Control } from '@lectern/model';
import type { ReaderContext } from '../../contract.ts';
import { type Ranking, sharedRanks } from '../fuse.ts';
import { fitsLikelihood, questionLikelihoods } from './question-likelihood.ts';

/** Blocks that are looked at again. */
export const SECOND_LOOK_BLOCKS = 128;
/** What a cosine of 1 counts beside a log-likelihood, in nats: both agree on most, and an unusually near sentence is rarely wrong. */
const CLOSENESS_WEIGHT = 10;
/** Fewer candidates say nothing about how far the first one is ahead: among few even a chance hit leads. */
export const MIN_RIVALS = 48;
/** Words tell where BM25's best rank counts for this much or more (bm25.ts: by the square of what its block covers). */
const WORDS_TELL = 0.3;

export interface Candidate {
  block: number;
  /** The sentence below its headings. */
  text: string;
  /** Cosine of question and text; 0 where it is not known. */
  closeness: number;
}

export interface SecondLook extends Ranking {
  /** How far the first sentence is ahead of the next other one, in nats; absent where there were fewer than MIN_RIVALS candidates. */
  lead?: number;
}

/** Whether words leave the question open. Without BM25 that is not known, and a look is taken. */
export function isOpen(rankings: readonly Ranking[]): boolean {
  const byWords = rankings.find(({ route }) => route === 'bm25');
  return (byWords?.worth?.[0] ?? 0) < WORDS_TELL;
}

/** Why none can be taken; undefined: it can. */
export function whyNoSecondLook({ model }: Pick<ReaderContext, 'model'>, question: string): string | undefined {
  const { engine } = model.transformer;
  if (engine !== 'native') return `the engine ${engine} would take too long for it`;
  return fitsLikelihood(model, question) ? undefined : 'the question is too long for it';
}

/** The candidates in falling order of likelihood and closeness; those of one sentence share a rank. */
export async function secondLook({ model }: Pick<ReaderContext, 'model'>, question: string, candidates: readonly Candidate[], control?: Control): Promise<SecondLook> {
  const likelihoods = await questionLikelihoods(model, question, candidates.map(({ text }) => text.trim()), control);
  const scores = Float64Array.from(candidates, ({ closeness }, i) => likelihoods[i] + CLOSENESS_WEIGHT * closeness);
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const other = order.find((i) => candidates[i].text !== candidates[order[0]].text);
  return {
    route: 'second-look', blocks: order.map((i) => candidates[i].block), ranks: sharedRanks(order, scores),
    ...(other === undefined || candidates.length < MIN_RIVALS ? {} : { lead: scores[order[0]] - scores[other] }),
  };
}
