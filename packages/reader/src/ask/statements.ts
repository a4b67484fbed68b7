// What is shown and quoted by itself: a sentence, an item of a list, a field, or a row of a table below the table's first line. What one item,
// field or row says is not said of the next, and a row does not say what its cells are.
import { codePointLength } from '../characters.ts';
import type { ReadSpan } from './cite.ts';
import { fieldsHead, isField, pairStarts, partedAt, smallObjects } from './fields.ts';
import { isHeading } from './heading.ts';
import { BETWEEN_PAIRS, type Range, sentencesOf } from './sentences.ts';

/** The first line of an item of a list. */
const ITEM = /^[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)]) +\S/u;
const ROW = /\|/u;
const WORD = /[\p{L}\p{N}]/u;
/** Of a Markdown table, which is known by it: its first line has a rule below it. */
const BARRED_ROW = /^[ \t]*\|[^|\n]*[^|\s][^|\n]*\|/u;
const CELL_END = /\s\|\s/u;
/** Between a Markdown table's first line and its rows. */
const RULE = /^(?=[^\n]*-)(?=[^\n]*\|)[ \t|:-]+\s*$/u;

interface Statement extends Range {
  /** Of a row: its table's first line; of a later sentence of its cells: the first cell. Of a field: the label of several, or the first of many. */
  above?: readonly string[];
}

/** Fields below each other are one statement up to so many units: what they say is said of one thing, which one of them names. */
const MAX_RECORD_UNITS = 240;

/** In the order of the text. A row's trail ends with its table's first line, that of a later sentence of its cells with the first of them, a field's with the label of several or the first of many: these stand above it as a heading does. */
export function statementsIn(span: ReadSpan): ReadSpan[] {
  return headingJoined(rangesOf(span.text), span).map(({ start, end, above = [] }) => ({ ...partOf(span, start, end), trail: [...span.trail, ...above] }));
}

/** Sentences that a heading may seem to be: 'CHAPTER 3. The Spouter-Inn'. */
const MAX_HEADING_SENTENCES = 4;

/** A section's heading is one statement. */
function headingJoined(statements: readonly Statement[], { text, trail }: ReadSpan): readonly Statement[] {
  for (let n = 2; n <= Math.min(MAX_HEADING_SENTENCES, statements.length); n++) {
    const [first, last] = [statements[0], statements[n - 1]];
    if (isHeading({ text: text.slice(first.start, last.end), trail })) return [{ start: first.start, end: last.end }, ...statements.slice(n)];
  }
  return statements;
}

function rangesOf(text: string): Statement[] {
  const statements: Statement[] = [];
  let rowsHead: string | undefined; // of the table that the line before belongs to; '' where it is not there
  let fieldsBelow: string | undefined; // what the fields stand below that the line before belongs to
  let at = 0; // where that ends
  const records = smallObjects(text);
  const inRecord = (unit: number): boolean => records.some(({ start, end }) => unit >= start && unit < end);
  for (const sentence of sentencesOf(text, BETWEEN_PAIRS)) {
    if (at !== sentence.start) rowsHead = fieldsBelow = undefined;
    for (const { start, end } of linesOf(text, sentence.start, sentence.end)) {
      const line = text.slice(start, end);
      const last = statements.at(-1);
      const before = last?.end === start ? text.slice(last.start, last.end) : '';
      if (before !== '' && inRecord(start)) {
        last!.end = end;
      } else if (before !== '' && RULE.test(line)) {
        rowsHead = before.trim().replace(/^\||\|$/gu, '').trim();
        statements.pop(); // names of columns state nothing
      } else if (rowsHead !== undefined && before !== '' && within(text, start) && !WORD.test(line)) {
        last!.end = end; // a bar that ends the row
      } else if (rowsHead !== undefined && within(text, start)) {
        statements.push({ start, end, above: firstCell(lineFrom(text, start)) });
      } else if (rowsHead !== undefined && ROW.test(line)) {
        statements.push({ start, end, above: rowsHead === '' ? [] : [rowsHead] });
      } else if (fieldsBelow !== undefined && isField(line)) {
        statements.push({ start, end, above: [fieldsBelow] });
      } else if (isField(line) && fieldsHead(before) !== undefined) {
        last!.end = end; // the first of several says what the label above them says
        fieldsBelow = fieldsHead(before);
      } else if (isField(line) && !ITEM.test(before) && !isField(lineBefore(text, start)) && fieldsFrom(text, start) > MAX_RECORD_UNITS) {
        statements.push({ start, end }); // the first of many often names what they are said of
        fieldsBelow = line.trim().replace(/,$/u, '');
        rowsHead = undefined;
      } else if (rowsHead === undefined && BARRED_ROW.test(line) && !within(text, start) && !RULE.test(lineAt(text, end))) {
        statements.push({ start, end }); // its table's first line stands before the text
        rowsHead = '';
        fieldsBelow = undefined;
      } else if (beginsTable(text, start, end)) {
        statements.push({ start, end }); // names of columns, or a row as good as any
        rowsHead = line.trim();
        fieldsBelow = undefined;
      } else if (start === sentence.start || rowsHead !== undefined || ITEM.test(line) || RULE.test(lineAt(text, end)) || beginsRecord(text, start)) {
        statements.push({ start, end });
        rowsHead = fieldsBelow = undefined;
      } else {
        last!.end = end; // what continues an item stays with it
      }
      at = end;
    }
  }
  const cuts = pairStarts(text).filter((cut) => !inRecord(cut));
  return statements.flatMap((one) => partedAt(one, cuts).map((range) => ({ ...one, ...range })));
}

/** Units of the fields that stand below each other from here on. */
function fieldsFrom(text: string, start: number): number {
  let at = start;
  for (let line = lineAt(text, at); line !== '' && isField(line) && !ITEM.test(line); line = lineAt(text, at)) at += line.length;
  return at - start;
}

/** The first of two fields or more, none before it. */
const beginsRecord = (text: string, start: number): boolean =>
  !isField(lineBefore(text, start)) && isField(lineAt(text, start)) && isField(lineAt(text, start + lineAt(text, start).length));

/** As tables of HTML and Word files become text: no rule, but lines of as many cells, three of them or more. */
function beginsTable(text: string, start: number, end: number): boolean {
  const [first, second] = [lineAt(text, end), lineAt(text, end + lineAt(text, end).length)];
  const numCells = text.slice(start, end).split(CELL_END).length;
  return numCells > 1 && !RULE.test(first) && [first, second].every((line) => line.split(CELL_END).length === numCells);
}

/** To the line end that ends it, or the end of the text. */
function lineAt(text: string, start: number): string {
  const newline = text.indexOf('\n', start);
  return text.slice(start, newline < 0 ? undefined : newline + 1);
}

/** A line, rather than at its start. */
const within = (text: string, at: number): boolean => at > 0 && text[at - 1] !== '\n';

/** As far as `at`. */
const lineFrom = (text: string, at: number): string => text.slice(text.lastIndexOf('\n', at - 1) + 1, at);

const firstCell = (row: string): string[] => row.split('|').map((cell) => cell.trim()).filter((cell) => cell !== '').slice(0, 1);

/** The line that ends at `end`. */
const lineBefore = (text: string, end: number): string => text.slice(text.lastIndexOf('\n', end - 2) + 1, end);

function linesOf(text: string, start: number, end: number): Range[] {
  const lines: Range[] = [];
  for (let at = start; at < end; at = lines.at(-1)!.end) lines.push({ start: at, end: Math.min(end, at + lineAt(text, at).length) });
  return lines;
}

/** UTF-16 units [start, end) of a span. */
function partOf(span: ReadSpan, start: number, end: number): ReadSpan {
  const before = span.text.slice(0, start);
  return { ...span, text: span.text.slice(start, end), byteStart: span.byteStart + Buffer.byteLength(before), startChar: span.startChar + codePointLength(before) };
}
