// What of the hits' text is put before a small reader: the one statement (a sentence, an item, a row) that shares most words with the question and is nearest to it in
// meaning, a heading only where it says more than the question and no line below it tells; where none shares enough words, the nearest of the block that a second look put first, else the two that are nearest. A small model is misled by what stands around the fact: of the same
// questions it answers .49 from one sentence, .38 from two, .29 from whole blocks (docs/finding.md, "What is shown, and the prompt").
import type { Passage } from '@lectern/shared';
import { codePointLength } from '../characters.ts';
import type { ReaderEmbedder } from '../contract.ts';
import type { ReadSpan } from './cite.ts';
import { contentStems } from './content-words.ts';
import { tells, type Weighed, weighStatements, worthOf } from './weigh-statements.ts';

/** Of the cosine, beside the share of words, where words tell; where they do not it counts whole. */
const CLOSENESS_WEIGHT = 0.5;
/** Shown where words do not tell. */
const NEAREST = 2;

export interface FocusOptions {
  /** Without one words alone choose, and the best hit whole stands for the nearest sentences. */
  embedder?: ReaderEmbedder | undefined;
  /** What a second look put first, where one was taken. */
  looked?: Pick<Passage, 'document' | 'startChar' | 'endChar'> | undefined;
}

/** In the order of the spans. */
export async function focus(spans: readonly ReadSpan[], question: string, { embedder, looked }: FocusOptions = {}): Promise<ReadSpan[]> {
  const byScore = [...spans].sort((a, b) => b.score - a.score);
  const statements = await weighStatements(byScore, question, embedder);
  const ranked = byWorth(statements, CLOSENESS_WEIGHT);
  const best = ranked.at(0);
  if (best !== undefined && tells(best)) return [(belowHeading(best, ranked) ?? best).span];
  if (embedder === undefined) return byScore.slice(0, 1);
  const says = statements.filter(({ heading }) => heading !== 'silent');
  const telling = says.length > 0 ? says : statements;
  const inLooked = looked === undefined ? [] : telling.filter(({ span: { document, startChar } }) => document === looked.document && startChar >= looked.startChar && startChar < looked.endChar);
  const nearest = inLooked.sort((a, b) => b.closeness - a.closeness).slice(0, 1);
  return nearest.length > 0 ? nearest.map(({ span }) => span) : inOrder(spans, byWorth(telling, 1).slice(0, NEAREST).map(({ span }) => span));
}

const byWorth = (statements: readonly Weighed[], weight: number): Weighed[] => [...statements].sort((a, b) => worthOf(b, weight) - worthOf(a, weight));

/**
 * Of the lines that stand below it the best one, if it is a heading: it shares words with the question and states nothing. One that says more than the
 * question does may be what is asked for (the title of a chapter): it gives way only to a line that tells.
 */
function belowHeading({ span: { document, trail }, heading }: Weighed, ranked: readonly Weighed[]): Weighed | undefined {
  if (heading === undefined) return undefined;
  const below = ranked.find((other) => other.heading === undefined && other.span.document === document && trail.every((part, i) => part === other.span.trail[i]));
  return below !== undefined && (heading === 'silent' || tells(below)) ? below : undefined;
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
