// 'Label: value', one to a line or, as JSON has them, behind each other.
import type { Range } from './sentences.ts';

/** A short label, a colon or an equals sign, a value. In prose one line may begin so; two below each other are no prose. */
const FIELD = /^[ \t]*(?:[-*+•‣◦] +)?["'`*_]*\p{L}[^:=|\n]{0,48}?["'`*_]*[ \t]*[:=]["'`*_]*[ \t]+\S/u;
/** A label of several fields that stand below it. */
const HEAD = /^[ \t]*(?:[-*+•‣◦] +)?["'`*_]*(\p{L}[^:=|\n]{0,80}?)["'`*_]*[ \t]*:["'`*_]*\s*$/u;
/** Before the next name of an object, or the next object. */
const NEXT_NAME = /,\s*(?=[{[\s]{0,8}"(?:[^"\\\n]|\\.){1,200}"\s*:)/gu;
/** A record: what its pairs say is said of one thing. */
const SMALL_OBJECT = /\{[^{}]{1,240}\}/gu;

export const isField = (line: string): boolean => FIELD.test(line);

/** The label that fields stand below: 'Elevation extremes' of 'Elevation extremes:'. */
export const fieldsHead = (line: string): string | undefined => HEAD.exec(line)?.[1];

/** Behind the opening brace, up to the closing one. */
export const smallObjects = (text: string): Range[] => [...text.matchAll(SMALL_OBJECT)].map(({ 0: { length }, index }) => ({ start: index + 1, end: index + length }));

/** UTF-16 units where names of an object or objects of a list begin, but for the first; commas before them are kept with what they end. */
export const pairStarts = (text: string): number[] => [...text.matchAll(NEXT_NAME)].map(({ 0: { length }, index }) => index + length);

/** [start, end) parted at the cuts within it. */
export function partedAt({ start, end }: Range, cuts: readonly number[]): Range[] {
  const within = cuts.filter((cut) => cut > start && cut < end);
  return [start, ...within].map((from, i) => ({ start: from, end: within[i] ?? end }));
}
