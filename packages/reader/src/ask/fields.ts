// 'Label: value', one to a line or, as JSON has them, behind each other: each says something of its own.
import type { Range } from './sentences.ts';

/** A short label, a colon or an equals sign, a value. In prose one line may begin so; two below each other are no prose. */
const FIELD = /^[ \t]*(?:[-*+•‣◦] +)?["'`*_]*\p{L}[^:=|\n]{0,48}?["'`*_]*[ \t]*[:=]["'`*_]*[ \t]+\S/u;
/** A label of several fields that stand below it. */
const HEAD = /^[ \t]*(?:[-*+•‣◦] +)?["'`*_]*(\p{L}[^:=|\n]{0,80}?)["'`*_]*[ \t]*:["'`*_]*\s*$/u;
/** Before the next name of an object. */
const NEXT_NAME = /,\s*(?="(?:[^"\\\n]|\\.){1,200}"\s*:)/gu;

export const isField = (line: string): boolean => FIELD.test(line);

/** The label that fields stand below: 'Elevation extremes' of 'Elevation extremes:'. */
export const fieldsHead = (line: string): string | undefined => HEAD.exec(line)?.[1];

/** [start, end) of a text parted where names of an object begin, commas before them kept with what they end. */
export function pairsIn(text: string, start: number, end: number): Range[] {
  const cuts = [...text.slice(start, end).matchAll(NEXT_NAME)].map(({ 0: { length }, index }) => start + index + length);
  return [start, ...cuts].map((from, i) => ({ start: from, end: cuts[i] ?? end }));
}
