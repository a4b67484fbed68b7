// What a statement says it tells: 'Default: null', '"depth": 41', '| depth | 41 m |'. Where a question asks for just that, this line answers it, and not a
// sentence that happens to share more of its words.
import { contentStems } from './content-words.ts';

const MAX_LABEL_STEMS = 5;
/** Marks of an item, a row or emphasis; up to the first colon or cell's end that something follows. */
const LABELLED = /^[\s>|*_`"'{•‣◦+-]*([^:=|\n]{1,80}?)[\s*_`"']*(?:[:=][*_`"']*\s|\|)\s*\S/u;
const IN_BRACKETS = /\([^)]*\)/gu;

/** Content words of the label, as stems; none where there is no label. */
export function labelStems(statement: string): string[] {
  const label = LABELLED.exec(statement)?.[1];
  const stems = label === undefined ? [] : contentStems(label.replace(IN_BRACKETS, ' '));
  return stems.length <= MAX_LABEL_STEMS ? stems : [];
}
