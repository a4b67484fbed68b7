// How much a statement of the hits says of what is asked: by words, its own and those of the headings above it, and by meaning.
import type { ReaderEmbedder } from '../contract.ts';
import { entriesNamedIn } from '../find/named-entry.ts';
import type { ReadSpan } from './cite.ts';
import { closenessTo } from './closeness.ts';
import { contentStems, shareOf } from './content-words.ts';
import { fieldsOf, isAskedFor } from './field-label.ts';
import { isHeading } from './heading.ts';
import { statementsIn } from './statements.ts';

/** A statement that holds less of the question's words is no safe choice. */
const MIN_SHARE = 1 / 3;
/** Unless the headings above it hold the rest: a line of a reference work says of its entry only what kind of thing it tells. */
const MIN_SHARE_WITH_TRAIL = 1 / 2;
/** Of a statement of which a label holds nothing but words of the question, beside the share of words. */
const LABEL_WEIGHT = 0.5;
/** Of a line of an entry that the question names, beside the share of words. */
const NAMED_WEIGHT = 0.25;
/** Of 1 / n for what stands in the nth best hit: all but equals are told apart. */
const HIT_WEIGHT = 0.05;
/** Statements whose meaning is looked at: those with most words. */
const MAX_COMPARED = 64;

export interface Weighed {
  span: ReadSpan;
  /** Of the question's content words those that stand in it or its table's first line, and in these or the headings above it. */
  own: number;
  withTrail: number;
  /** A label of it holds nothing but words of the question. */
  labelled: boolean;
  /** A heading above it is named in the question. */
  named: boolean;
  heading: 'silent' | 'telling' | undefined;
  /** How good the hit is that it stands in, HIT_WEIGHT for the best. */
  hit: number;
  /** Cosine; 0 without an embedder. */
  closeness: number;
}

/** `weight`: of the cosine. */
export const worthOf = ({ withTrail, labelled, named, hit, closeness }: Weighed, weight: number): number =>
  withTrail + (labelled ? LABEL_WEIGHT : 0) + (named ? NAMED_WEIGHT : 0) + hit + weight * closeness;

/** A safe choice: by its own words, with its headings', or as the line of an entry whose headings the question speaks of. */
export const tells = ({ own, withTrail, labelled }: Weighed): boolean => own >= MIN_SHARE || (own > 0 && withTrail >= MIN_SHARE_WITH_TRAIL) || (labelled && withTrail > own);

/** `spans`: the best hit's first. Of all but the words the best statements, at most MAX_COMPARED. */
export async function weighStatements(spans: readonly ReadSpan[], question: string, embedder: ReaderEmbedder | undefined): Promise<Weighed[]> {
  const asked = contentStems(question);
  const names = entriesNamedIn(question);
  const scores = [...new Set(spans.map(({ score }) => score))];
  const share = (texts: readonly string[]): number => shareOf(asked, new Set(contentStems(texts.join('\n'))));
  const weighed = spans.flatMap((span) => statementsIn(span).map((part): Weighed => ({
    span: part, named: span.trail.some(names), own: share([part.text, ...part.trail.slice(span.trail.length)]), withTrail: share([part.text, ...part.trail]),
    labelled: fieldsOf(part.text).some((field) => isAskedFor(field, asked)), heading: headingOf(part, asked), hit: HIT_WEIGHT / (1 + scores.indexOf(part.score)), closeness: 0,
  }))).sort((a, b) => worthOf(b, 0) - worthOf(a, 0) || b.own - a.own).slice(0, MAX_COMPARED); // stable: of equals the better hit's
  if (embedder === undefined) return weighed;
  const closeness = await closenessTo(question, weighed.map(({ span }) => span), embedder);
  return weighed.map((each, i) => ({ ...each, closeness: closeness[i] }));
}

/** Silent: it says no more than the question does. */
function headingOf(statement: ReadSpan, asked: readonly string[]): Weighed['heading'] {
  if (!isHeading(statement)) return undefined;
  return contentStems(statement.text).every((stem) => asked.includes(stem)) ? 'silent' : 'telling';
}
