// What a statement says it tells: 'Default: null', '"depth": 41', '| depth | 41 m |'. Where a question asks for just that, this line answers it, and not a
// sentence that happens to share more of its words.
import { contentStems } from './content-words.ts';

const MAX_LABEL_STEMS = 5;
/** Marks of an item, a row or emphasis; up to the first colon or cell's end that something follows. Runs are bounded: the pattern takes time for their product. */
const LABELLED = /^[\s>|*_`"'{•‣◦+-]{0,24}([^:=|\n]{1,80}?)[\s*_`"']{0,8}(?:[:=][*_`"']{0,4}\s|\|)\s{0,40}\S/u;
const IN_BRACKETS = /\([^)]*\)/gu;

export interface Field {
  /** Content words of the label, as stems. */
  label: string[];
  /** UTF-16 unit of the statement where the value begins. */
  valueStart: number;
}

/** undefined: it has no label. */
export function fieldOf(statement: string): Field | undefined {
  const [whole, label] = LABELLED.exec(statement) ?? [];
  if (whole === undefined) return undefined;
  const stems = contentStems(label.replace(IN_BRACKETS, ' '));
  return stems.length === 0 || stems.length > MAX_LABEL_STEMS ? undefined : { label: stems, valueStart: whole.length - 1 };
}

/** The field whose label holds nothing but words of the question. */
export function fieldAsked(statement: string, asked: readonly string[]): Field | undefined {
  const field = fieldOf(statement);
  return field?.label.every((stem) => asked.includes(stem)) === true ? field : undefined;
}
