// What a statement says it tells: 'Default: null', '"depth": 41', '| depth | 41 m |'. Where a question asks for just that, this line answers it, and not a
// sentence that happens to share more of its words.
import { contentStems } from './content-words.ts';
import { fieldsHead } from './fields.ts';

const MAX_LABEL_STEMS = 5;
/**
 * Marks of an item, a row or emphasis; up to the first colon or cell's end that something follows. Of brackets only a remark that ends the label: code has colons
 * too. Runs are bounded: the pattern takes time for their product.
 */
const LABELLED = /^[\s>|*_`"'{•‣◦+-]{0,24}([^:|\n()[\]{}<>;=]{1,80}?)(?:\([^()\n]{0,40}\))?[\s*_`"']{0,8}(?::[*_`"']{0,4}\s|\|)\s{0,40}\S/u;

const REMARK = /\([^()]*\)$/u;

export interface Field {
  /** Content words of the label, as stems; and of the one above it, which the first of several fields bears too. */
  labels: string[][];
  /** UTF-16 unit of the statement where the value begins. */
  valueStart: number;
}

/** undefined: it has no label. */
export function fieldOf(statement: string): Field | undefined {
  const lineEnd = statement.indexOf('\n') + 1;
  const above = lineEnd > 0 ? fieldsHead(statement.slice(0, lineEnd)) : undefined;
  const below = above === undefined ? undefined : fieldOf(statement.slice(lineEnd));
  if (above !== undefined && below !== undefined) return { labels: [...labelled(above), ...below.labels], valueStart: lineEnd + below.valueStart };
  const [whole, label] = LABELLED.exec(statement) ?? [];
  const labels = whole === undefined ? [] : labelled(label);
  return labels.length === 0 ? undefined : { labels, valueStart: whole!.length - 1 };
}

function labelled(label: string): string[][] {
  const stems = contentStems(label.replace(REMARK, ''));
  return stems.length === 0 || stems.length > MAX_LABEL_STEMS ? [] : [stems];
}

/** The field of which a label holds nothing but words of the question. */
export function fieldAsked(statement: string, asked: readonly string[]): Field | undefined {
  const field = fieldOf(statement);
  return field?.labels.some((label) => label.every((stem) => asked.includes(stem))) === true ? field : undefined;
}
