// What of the hits' text is put before a small reader: the one statement (a sentence, an item, a row) that shares most words with the question and is nearest to it in
// meaning; where none shares enough words, the nearest of the block that a second look put first, else the two that are nearest. A small model is misled by what stands around the fact: of the same
// questions it answers .49 from one sentence, .38 from two, .29 from whole blocks (docs/finding.md, "What is shown, and the prompt").
import type { Passage } from '@lectern/shared';
import { codePointLength } from '../characters.ts';
import type { ReaderEmbedder } from '../contract.ts';
import type { ReadSpan } from './cite.ts';
import { closenessTo } from './closeness.ts';
import { contentStems, shareOf } from './content-words.ts';
import { fieldsOf, isAskedFor } from './field-label.ts';
import { statementsIn } from './statements.ts';

/** A sentence that holds less of the question's words is no safe choice. */
const MIN_SHARE = 1 / 3;
/** Unless the headings above it hold the rest: a line of a reference work says of its entry only what kind of thing it tells. */
const MIN_SHARE_WITH_TRAIL = 1 / 2;
/** Of the cosine, beside the share of words, where words tell; where they do not it counts whole. */
const CLOSENESS_WEIGHT = 0.5;
/** Of a statement of which a label holds nothing but words of the question, beside the share of words. */
const LABEL_WEIGHT = 0.5;
/** Of 1 / n for what stands in the nth best hit: all but equals are told apart. */
const HIT_WEIGHT = 0.05;
/** Shown where words do not tell. */
const NEAREST = 2;
/** Sentences whose meaning is looked at: those with most words. */
const MAX_COMPARED = 64;

interface Sentence {
  span: ReadSpan;
  /** Of the question's content words those that stand in it, and in it or the headings above it. */
  own: number;
  withTrail: number;
  /** A label of it holds nothing but words of the question. */
  labelled: boolean;
  /** How good the hit is that it stands in, HIT_WEIGHT for the best. */
  hit: number;
  /** Cosine; 0 without an embedder. */
  closeness: number;
}

const stemsOf = (text: string): Set<string> => new Set(contentStems(text));

export interface FocusOptions {
  /** Without one words alone choose, and the best hit whole stands for the nearest sentences. */
  embedder?: ReaderEmbedder | undefined;
  /** What a second look put first, where one was taken. */
  looked?: Pick<Passage, 'document' | 'startChar' | 'endChar'> | undefined;
}

/** `weight`: of the cosine. */
const worthOf = ({ withTrail, labelled, hit, closeness }: Sentence, weight: number): number => withTrail + (labelled ? LABEL_WEIGHT : 0) + hit + weight * closeness;

/** A safe choice: by its own words, with its headings', or as the line of an entry whose headings the question speaks of. */
const tells = ({ own, withTrail, labelled }: Sentence): boolean => own >= MIN_SHARE || (own > 0 && withTrail >= MIN_SHARE_WITH_TRAIL) || (labelled && withTrail > own);

/** In the order of the spans. */
export async function focus(spans: readonly ReadSpan[], question: string, { embedder, looked }: FocusOptions = {}): Promise<ReadSpan[]> {
  const asked = contentStems(question);
  const byScore = [...spans].sort((a, b) => b.score - a.score);
  const scores = [...new Set(byScore.map(({ score }) => score))];
  const sentences = byScore.flatMap((span) => statementsIn(span)).map((part): Sentence => ({
    span: part, own: shareOf(asked, stemsOf(part.text)), withTrail: shareOf(asked, stemsOf([part.text, ...part.trail].join('\n'))),
    labelled: fieldsOf(part.text).some((field) => isAskedFor(field, asked)), hit: HIT_WEIGHT / (1 + scores.indexOf(part.score)), closeness: 0,
  })).sort((a, b) => worthOf(b, 0) - worthOf(a, 0) || b.own - a.own).slice(0, MAX_COMPARED); // stable: of equals the better hit's
  if (embedder !== undefined) {
    for (const [i, closeness] of (await closenessTo(question, sentences.map(({ span }) => span), embedder)).entries()) sentences[i].closeness = closeness;
  }
  const by = (weight: number): Sentence[] => [...sentences].sort((a, b) => worthOf(b, weight) - worthOf(a, weight));
  const best = by(CLOSENESS_WEIGHT).at(0);
  if (best !== undefined && tells(best)) return [best.span];
  if (embedder === undefined) return byScore.slice(0, 1);
  const inLooked = looked === undefined ? [] : sentences.filter(({ span: { document, startChar } }) => document === looked.document && startChar >= looked.startChar && startChar < looked.endChar);
  const nearest = inLooked.sort((a, b) => b.closeness - a.closeness).slice(0, 1);
  return nearest.length > 0 ? nearest.map(({ span }) => span) : inOrder(spans, by(1).slice(0, NEAREST).map(({ span }) => span));
}

/** As the spans that they are parts of, and within one as the text. */
function inOrder(spans: readonly ReadSpan[], parts: readonly ReadSpan[]): ReadSpan[] {
  const place = (part: ReadSpan): number => spans.findIndex(({ document, startChar, text }) =>
    document === part.document && startChar <= part.startChar && part.startChar < startChar + codePointLength(text));
  return [...parts].sort((a, b) => place(a) - place(b) || a.startChar - b.startChar);
}

/** The headings that say something about the question which the text below them does not: others only mislead. */
export function usefulTrail({ text, trail }: Pick<ReadSpan, 'text' | 'trail'>, question: string): string[] {
  const said = new Set(contentStems(text));
  const asked = new Set(contentStems(question).filter((stem) => !said.has(stem)));
  return trail.filter((part) => contentStems(part).some((stem) => asked.has(stem)));
}
