// What of the hits' text is put before the reader model: the one sentence that shares most words with the question, where one shares enough,
// else the best hit with its neighbours. A small model is misled by what stands around the fact: with SmolLM2 135M one sentence answered
// 13 of 16 planted facts and 22 of 40 SQuAD-style questions, three blocks 6-12 of 16 and 13 of 40.
import { codePointLength } from '../characters.ts';
import type { ReadSpan } from './cite.ts';
import { contentStems } from './content-words.ts';
import { sentencesOf } from './sentences.ts';

/** A sentence that holds less of the question's words is no safe choice. */
const MIN_SHARE = 1 / 3;

export function focus(spans: readonly ReadSpan[], question: string): ReadSpan[] {
  const asked = contentStems(question);
  const byScore = [...spans].sort((a, b) => b.score - a.score);
  let best: { span: ReadSpan; own: number; withTrail: number } | undefined;
  for (const span of byScore) {
    for (const { start, end } of sentencesOf(span.text)) {
      const sentence = span.text.slice(start, end);
      const own = shareOf(asked, sentence);
      const withTrail = shareOf(asked, [sentence, ...span.trail].join('\n'));
      if (best === undefined || withTrail > best.withTrail || (withTrail === best.withTrail && own > best.own)) {
        best = { span: partOf(span, start, end), own, withTrail };
      }
    }
  }
  return best !== undefined && best.own >= MIN_SHARE ? [best.span] : byScore.slice(0, 1);
}

/** The headings that say something about the question which the text below them does not: others only mislead. */
export function usefulTrail({ text, trail }: Pick<ReadSpan, 'text' | 'trail'>, question: string): string[] {
  const said = new Set(contentStems(text));
  const asked = new Set(contentStems(question).filter((stem) => !said.has(stem)));
  return trail.filter((part) => contentStems(part).some((stem) => asked.has(stem)));
}

/** UTF-16 units [start, end) of a span. */
function partOf(span: ReadSpan, start: number, end: number): ReadSpan {
  const before = span.text.slice(0, start);
  return { ...span, text: span.text.slice(start, end), byteStart: span.byteStart + Buffer.byteLength(before), startChar: span.startChar + codePointLength(before) };
}

function shareOf(stems: readonly string[], text: string): number {
  const there = new Set(contentStems(text));
  return stems.length === 0 ? 0 : stems.filter((stem) => there.has(stem)).length / stems.length;
}
