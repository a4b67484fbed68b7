// What speaks for a span as an answer beside the model: that it says something, and that it is a value and no piece of one.
import type { ShownPassage } from '../../answer-model/contract.ts';
import { contentStems } from '../content-words.ts';
import { fieldAsked } from '../field-label.ts';
import type { Favour } from './likeliest-span.ts';
import { lastLetterEnd, valuesIn } from './values.ts';

/** Between texts: no answer goes across it. */
const GAP = '\n\n';

/** The text that spans are of, and what speaks for them. */
export function favourIn(passages: readonly ShownPassage[], question: string): { text: string; favour: Favour } {
  const asked = contentStems(question);
  const shown = passages.map((passage) => ({ ...passage, text: passage.text.trim() }));
  const text = shown.map((passage) => passage.text).join(GAP);
  const worths = new Map<number, Map<number, number>>(); // by start and end
  const labels: Array<{ start: number; end: number }> = [];
  let at = 0;
  for (const { text: own, trail } of shown) {
    const label = fieldAsked(own, asked);
    if (label !== undefined) labels.push({ start: at, end: at + label.valueStart });
    const head = trail.at(-1);
    for (const { start, end, worth } of valuesIn(own, asked, head?.includes('|') === true ? head : undefined)) {
      const ends = worths.get(at + start) ?? new Map<number, number>();
      worths.set(at + start, ends.set(at + end, worth));
    }
    at += own.length + GAP.length;
  }
  /** A part of the label that was asked for is no answer, nor are words of the question. */
  const isAnswer = (start: number, end: number): boolean =>
    !labels.some((label) => start >= label.start && start < label.end) && contentStems(text.slice(start, end)).some((stem) => !asked.includes(stem));
  const worthOf = (start: number, end: number): number => worths.get(start)?.get(lastLetterEnd(text, start, end)) ?? 0;
  return {
    text,
    favour: {
      of: (start, end) => (isAnswer(start, end) ? worthOf(start, end) : undefined),
      most: Math.max(0, ...[...worths.values()].flatMap((ends) => [...ends.values()])),
      starts: new Set(worths.keys()),
    },
  };
}
