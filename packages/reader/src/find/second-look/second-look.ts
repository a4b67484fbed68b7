// A second look at the blocks that the routes put first: of each the sentence nearest to the question is read again by the model, all layers,
// and ranked by how likely it makes the question. Where words do not tell this finds what is asked about in other words; it costs a pass over
// some thousands of tokens, so it is not taken where they do.
import type { Control } from '@lectern/model';
import { closenessTo } from '../../ask/closeness.ts';
import { sentencesOf } from '../../ask/sentences.ts';
import { trailText } from '../../chunk/trail.ts';
import type { ReaderContext } from '../../contract.ts';
import { type Ranking, sharedRanks } from '../fuse.ts';
import { fitsLikelihood, questionLikelihoods } from './question-likelihood.ts';

/** Blocks that are looked at again. */
export const SECOND_LOOK_BLOCKS = 96;
/** A sentence of fewer letters says nothing. */
const MIN_LETTERS = 25;
/** Sentences of one block that are compared. */
const MAX_SENTENCES = 8;
/** What a cosine of 1 counts beside a log-likelihood, in nats: both agree on most, and an unusually near sentence is rarely wrong. */
const CLOSENESS_WEIGHT = 10;
/** Where the best block covers so much of the question's words they tell: BM25's ranks count for as much or more. */
const WORDS_TELL = 0.3;

export interface Candidate {
  block: number;
  text: string;
  trail: readonly string[];
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

/** The candidates in falling order of likelihood; those of one sentence share a rank. */
export async function secondLook({ model, embedder }: ReaderContext, question: string, candidates: readonly Candidate[], control?: Control): Promise<Ranking> {
  const sentences = candidates.map(sentencesIn);
  const all = [...new Map(sentences.flat().map((one) => [keyOf(one), one])).values()];
  const closeness = embedder === undefined ? undefined : new Map((await closenessTo(question, all, embedder)).map((value, i) => [keyOf(all[i]), value]));
  const nearest = sentences.map((of, i) => (closeness === undefined ? candidates[i] : of.reduce((best, one) => (closeness.get(keyOf(one))! > closeness.get(keyOf(best))! ? one : best))));
  const texts = [...new Set(nearest.map(keyOf))];
  const likelihoods = await questionLikelihoods(model, question, texts, control);
  const of = new Map(texts.map((text, i) => [text, likelihoods[i]]));
  const scores = Float64Array.from(nearest, (one) => of.get(keyOf(one))! + CLOSENESS_WEIGHT * (closeness?.get(keyOf(one)) ?? 0));
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  return { route: 'second-look', blocks: order.map((i) => candidates[i].block), ranks: sharedRanks(order, scores) };
}

type Text = Pick<Candidate, 'text' | 'trail'>;

const keyOf = ({ text, trail }: Text): string => [...(trail.length === 0 ? [] : [trailText(trail)]), text].join('\n');

/** Never none: a block without a sentence stands for itself. */
function sentencesIn({ text, trail }: Candidate): Text[] {
  const found = sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim()).filter((one) => (one.match(/\p{L}/gu) ?? []).length >= MIN_LETTERS).slice(0, MAX_SENTENCES);
  return (found.length === 0 ? [text.trim()] : found).map((one) => ({ text: one, trail }));
}
