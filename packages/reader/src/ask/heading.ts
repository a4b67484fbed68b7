// Is a statement the heading of what stands below it? Read text has a heading where its section begins.
import { wordsOf } from '../segment/words.ts';
import type { ReadSpan } from './cite.ts';

/** A heading belongs to its own trail, as its last part. */
export function isHeading({ text, trail }: Pick<ReadSpan, 'text' | 'trail'>): boolean {
  const words = (of: string): string => [...wordsOf(of)].map(({ stem }) => stem).join(' ');
  return trail.length > 0 && words(text) !== '' && words(text) === words(trail.at(-1) as string);
}
