// The values of a field and the cells of a row. A small model takes pieces of them for answers ('BigNumber | Complex' of 'number | BigNumber |
// Complex'), or another cell than was asked for; what was written as one value is asked for as one.
import { contentStems } from '../content-words.ts';
import { fieldsOf, isAskedFor } from '../field-label.ts';
import type { Range } from '../sentences.ts';

/** Added to what a span is worth (nats over the root of its length) when it is a whole value. Chosen as docs/finding.md tells. */
export const VALUE_WORTH = 1;
/** When its label, or that of its column, is asked for. */
export const ASKED_WORTH = 4;

const BAR = /(?<!\\)\|/u;
/** A value ends before the first of these. */
const REMARK = /\s\(|;/u;
/** Marks around a value are none of it; a sign or a point before it is. */
const FIRST = /[^\s`*_"'“‘«([{|•]/u;
const LETTER = /[\p{L}\p{N}]/u;
const LAST_LETTER = /[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u;

export interface Value extends Range {
  worth: number;
}

/** Of a statement, up to the last letter or digit; prose has none. `head`: the first line of the table that it is a row of, whatever its first cell is like. */
export function valuesIn(text: string, asked: readonly string[], head?: string): Value[] {
  const fields = fieldsOf(text);
  if (fields.length === 0 && head === undefined) return [];
  const cells = text.split(BAR);
  if (cells.length > 1) return cellsOf(text, cells, askedColumns(head, asked));
  return fields.flatMap((field) => {
    const worth = isAskedFor(field, asked) ? ASKED_WORTH : VALUE_WORTH;
    const remark = text.slice(field.valueStart, field.end).search(REMARK);
    const ends = remark > 0 ? [field.valueStart + remark, field.end] : [field.end];
    return ends.flatMap((end) => trimmed(text, field.valueStart, end, worth));
  });
}

function cellsOf(text: string, cells: readonly string[], columns: ReadonlySet<number>): Value[] {
  let at = 0;
  const hasOuterBar = cells[0].trim() === '';
  return cells.flatMap((cell, i) => {
    const start = at;
    at += cell.length + 1;
    return trimmed(text, start, start + cell.length, columns.has(hasOuterBar ? i - 1 : i) ? ASKED_WORTH : VALUE_WORTH);
  });
}

/** Columns whose names hold nothing but words of the question. */
function askedColumns(head: string | undefined, asked: readonly string[]): Set<number> {
  const names = head === undefined ? [] : head.split(BAR).map(contentStems);
  return new Set([...names.keys()].filter((i) => names[i].length > 0 && names[i].every((stem) => asked.includes(stem))));
}

function trimmed(text: string, start: number, end: number, worth: number): Value[] {
  const value = text.slice(start, end);
  return LETTER.test(value) ? [{ start: start + value.search(FIRST), end: lastLetterEnd(text, start, end), worth }] : [];
}

/** UTF-16 unit behind the last letter or digit of [start, end); `start` where there is none. */
export function lastLetterEnd(text: string, start: number, end: number): number {
  const found = LAST_LETTER.exec(text.slice(start, end));
  return found === null ? start : start + found.index + found[0].length;
}
