// Text -> normalised words and punctuation marks, in order.
import { ALONE, INSIDE, normalise, SKIPPED } from './characters.ts';

/** Longer words are cut short: the vocabulary's limit is far below, so what they become does not change. */
const MAX_WORD_UNITS = 1024;

/** `onWord` returns false to stop. */
export function cutWords(text: string, onWord: (word: string) => boolean): void {
  let word = '';
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    const { kind, text: normalised } = normalise(codePoint);
    if (kind === INSIDE) {
      if (word.length < MAX_WORD_UNITS) word += normalised;
      continue;
    }
    if (kind === SKIPPED) continue;
    if (word !== '' && !onWord(word)) return;
    word = '';
    if (kind === ALONE && !onWord(normalised)) return;
  }
  if (word !== '') onWord(word);
}
