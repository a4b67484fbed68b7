// What is handed to the reader for its ceiling: the place of the answer with some whole sentences either side.
import type { UnitRange } from './builder.ts';

const UNITS_EACH_SIDE = 300;
const SENTENCE_BREAK = /[.!?]["”’')\]]*\s+|\n\s*\n/gu;
const SENTENCE_END = /[.!?]["”’')\]]*(?=\s|$)|(?=\n\s*\n)/gu;

export function passageAround(text: string, { start, end }: UnitRange): string {
  const before = text.slice(Math.max(0, start - UNITS_EACH_SIDE), start);
  const after = text.slice(end, end + UNITS_EACH_SIDE);
  const firstBreak = before.length < UNITS_EACH_SIDE ? { index: 0, 0: '' } : [...before.matchAll(SENTENCE_BREAK)][0];
  const lastEnd = after.length < UNITS_EACH_SIDE ? { index: after.length, 0: '' } : [...after.matchAll(SENTENCE_END)].at(-1);
  const from = firstBreak === undefined ? before.length - lastWord(before) : firstBreak.index + firstBreak[0].length;
  const to = lastEnd === undefined ? firstWord(after) : lastEnd.index + lastEnd[0].length;
  return (before.slice(from) + text.slice(start, end) + after.slice(0, to)).trim();
}

/** Without an end of a sentence near: up to where the words that are cut at the far sides begin and end. */
const lastWord = (before: string): number => before.length - (/\s/.exec(before)?.index ?? before.length);
const firstWord = (after: string): number => Math.max(0, after.search(/\s\S*$/));
