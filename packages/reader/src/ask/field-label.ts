// What a statement says it tells: 'Default: null', '"depth": 41', '| depth | 41 m |'. Where a question asks for just that, this line answers it, and not a
// sentence that happens to share more of its words.
import { contentStems } from './content-words.ts';
import { fieldsHead, isField, pairStarts, partedAt } from './fields.ts';
import type { Range } from './sentences.ts';

const MAX_LABEL_STEMS = 5;
/**
 * Marks of an item, a row or emphasis; up to the first colon or cell's end that something follows. Of brackets only a remark that ends the label: code has colons
 * too. Runs are bounded: the pattern takes time for their product.
 */
const LABELLED = /^[\s>|*_`"'{[•‣◦+-]{0,24}([^:|\n()[\]{}<>;=]{1,80}?)(?:\([^()\n]{0,40}\))?[\s*_`"']{0,8}(?::[*_`"']{0,4}\s|\|)\s{0,40}\S/u;
const REMARK = /\([^()]*\)$/u;

/** UTF-16 units of the statement, from its label to the end of its value. */
export interface Field extends Range {
  /** Content words of the label, as stems; and of the one above it, which the first of several fields bears too. */
  labels: string[][];
  valueStart: number;
}

/** In the order of the text; prose has none, a short record several. */
export function fieldsOf(statement: string): Field[] {
  const lines = [...statement.matchAll(/(?<=\n)[^\n]+/gu)].filter(({ 0: line, index }) => isField(line) && fieldsHead(statement.slice(0, index)) === undefined).map(({ index }) => index);
  const cuts = [...lines, ...pairStarts(statement)].sort((a, b) => a - b);
  return partedAt({ start: 0, end: statement.length }, cuts).flatMap(({ start, end }) => {
    const field = fieldOf(statement.slice(start, end));
    return field === undefined ? [] : [{ labels: field.labels, start, valueStart: start + field.valueStart, end }];
  });
}

function fieldOf(text: string): Pick<Field, 'labels' | 'valueStart'> | undefined {
  const lineEnd = text.indexOf('\n') + 1;
  const above = lineEnd > 0 ? fieldsHead(text.slice(0, lineEnd)) : undefined;
  const below = above === undefined ? undefined : fieldOf(text.slice(lineEnd));
  if (above !== undefined && below !== undefined) return { labels: [...labelled(above), ...below.labels], valueStart: lineEnd + below.valueStart };
  const [whole, label] = LABELLED.exec(text) ?? [];
  const labels = whole === undefined ? [] : labelled(label);
  return labels.length === 0 ? undefined : { labels, valueStart: whole!.length - 1 };
}

function labelled(label: string): string[][] {
  const stems = contentStems(label.replace(REMARK, ''));
  return stems.length === 0 || stems.length > MAX_LABEL_STEMS ? [] : [stems];
}

/** A label of it holds nothing but words of the question. */
export const isAskedFor = ({ labels }: Field, asked: readonly string[]): boolean => labels.some((label) => label.every((stem) => asked.includes(stem)));
