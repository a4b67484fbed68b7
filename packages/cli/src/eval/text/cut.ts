// The beginning of a text that has as many tokens as asked for.
import { UsageError } from '../../errors.ts';

/** A token has more characters than the first and fewer than the second nearly always; only where the search begins. */
const CHARS_PER_TOKEN = { few: 3, many: 6 };
/** Where the text is shorter than asked for by no more than this share, all of it is taken. */
const NEARLY = 0.98;

/** Up to the end of the last line that ends within the first numTokens tokens. Counts about ten times. */
export function cutToTokens(text: string, numTokens: number, countTokens: (text: string) => number): string {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
  const fits = (end: number): boolean => countTokens(text.slice(0, end + 1)) <= numTokens;
  let low = -1; // lines that fit: ends[low] does
  let high = ends.length; // ends[high] does not
  const lineAt = (char: number): number => ends.findIndex((end) => end >= char);
  for (const guess of [lineAt(numTokens * CHARS_PER_TOKEN.few), lineAt(numTokens * CHARS_PER_TOKEN.many)]) {
    if (guess <= low || guess >= high) continue;
    if (fits(ends[guess]!)) low = guess;
    else high = guess;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(ends[middle]!)) low = middle;
    else high = middle;
  }
  if (high === ends.length) {
    const numThere = countTokens(text);
    if (numThere < numTokens * NEARLY) throw new UsageError(`the text has ${numThere} tokens, ${numTokens} were asked for`);
    if (numThere <= numTokens) return text;
  }
  return text.slice(0, Math.max(0, ends[low] ?? 0));
}
