// Sentences that were found -> those that speak of the question's subjects, the ones that hold most of its words first.
import type { ReadSpan } from '../ask/cite.ts';
import { contentStems } from '../ask/content-words.ts';
import { statementsIn } from '../ask/statements.ts';
import { stemsOf } from '../segment/words.ts';
import type { Part } from './split.ts';

export interface Fit {
  span: ReadSpan; // one sentence
  /** Share of the question's content words in the sentence and its headings. */
  share: number;
}

/** A question in the document states nothing. */
const ASKS = /[?？؟]["”’»)\]]*\s*$/u;

export function fittingSentences(spans: readonly ReadSpan[], { question, subjects }: Pick<Part, 'question' | 'subjects'>): Fit[] {
  const asked = contentStems(question);
  const needed = subjects.flatMap((subject) => stemsOf(subject));
  const fits: Fit[] = [];
  const seen = new Set<string>();
  for (const span of spans) {
    for (const sentence of statementsIn(span)) {
      const own = new Set(stemsOf(sentence.text));
      const all = new Set([...own, ...sentence.trail.flatMap(stemsOf)]);
      if (ASKS.test(sentence.text) || !needed.every((stem) => all.has(stem)) || !asked.some((stem) => own.has(stem))) continue;
      if (seen.has(sameText(sentence))) continue; // spans overlap, and texts repeat themselves
      seen.add(sameText(sentence));
      fits.push({ span: sentence, share: asked.filter((stem) => all.has(stem)).length / asked.length });
    }
  }
  return fits.sort((a, b) => b.share - a.share || b.span.score - a.span.score);
}

export const sameText = ({ text }: Pick<ReadSpan, 'text'>): string => text.replace(/\s+/gu, ' ').trim();
