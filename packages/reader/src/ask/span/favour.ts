// What speaks for a span as an answer beside the model: that it says something, and that it is a value and no piece of one.
import type { ShownPassage } from '../../answer-model/contract.ts';
import { contentStems } from '../content-words.ts';
import { fieldsOf, isAskedFor } from '../field-label.ts';
import type { Range } from '../sentences.ts';
import type { Favour } from './likeliest-span.ts';
import { lastLetterEnd, type Value, valuesIn } from './values.ts';

/** Between texts: no answer goes across it. */
const GAP = '\n\n';

/** The text that spans are of, the values in it, and what speaks for a span. */
export function favourIn(passages: readonly ShownPassage[], question: string): { text: string; values: Range[]; favour: Favour } {
  const asked = contentStems(question);
  const shown = passages.map((passage) => ({ ...passage, text: passage.text.trim() }));
  const text = shown.map((passage) => passage.text).join(GAP);
  const values: Value[] = [];
  /** What is no answer: the labels that are asked for, and of a record with such a label its other fields. */
  const excluded: Range[] = [];
  let at = 0;
  for (const { text: own, trail } of shown) {
    const fields = fieldsOf(own);
    const wanted = fields.filter((field) => isAskedFor(field, asked));
    for (const field of wanted.length === 0 ? [] : fields) excluded.push({ start: at + field.start, end: at + (wanted.includes(field) ? field.valueStart : field.end) });
    const head = trail.at(-1);
    for (const { start, end, worth } of valuesIn(own, asked, head?.includes('|') === true ? head : undefined)) values.push({ start: at + start, end: at + end, worth });
    at += own.length + GAP.length;
  }
  const isAnswer = (start: number, end: number): boolean =>
    !excluded.some((range) => start >= range.start && start < range.end) && contentStems(text.slice(start, end)).some((stem) => !asked.includes(stem));
  const starts = new Set(values.map(({ start }) => start));
  const worthOf = (start: number, end: number): number => {
    if (!starts.has(start)) return 0;
    const last = lastLetterEnd(text, start, end);
    return values.find((value) => value.start === start && value.end === last)?.worth ?? 0;
  };
  return {
    text, values,
    favour: { of: (start, end) => (isAnswer(start, end) ? worthOf(start, end) : undefined), most: Math.max(0, ...values.map(({ worth }) => worth)), starts },
  };
}
