// Pre-tokenizers: where the next piece of a text ends. Written out as scanners, not regular expressions: linear on any text, no backtracking stack.
// Each equals the expression above it (a property test holds them together), with White_Space for \s.
import { classAt, LETTER, NUMBER, OTHER, SPACE, widthAt } from './character-class.ts';

/** End of the piece that starts at `at`, in code units; at < end. Nothing at or after `end` is looked at. */
export type Splitter = (text: string, at: number, end: number) => number;

const APOSTROPHE = 39;
const BLANK = 32;
const isLineEnd = (unit: number): boolean => unit === 10 || unit === 13;

/** First place at or after `at` whose class is another. */
function endOfRun(text: string, at: number, end: number, runClass: number): number {
  while (at < end && classAt(text, at) === runClass) at++;
  return at;
}

/** 's 't 'm 'd 're 've 'll at `at`: its length, else 0. */
function contraction(text: string, at: number, end: number, anyCase: boolean): number {
  const letter = (index: number): string => {
    const found = index < end ? text[index]! : '';
    return anyCase && found >= 'A' && found <= 'Z' ? found.toLowerCase() : found;
  };
  const first = letter(at + 1);
  if (first === 's' || first === 't' || first === 'm' || first === 'd') return 2;
  const pair = first + letter(at + 2);
  return pair === 're' || pair === 've' || pair === 'll' ? 3 : 0;
}

/**
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * digitsAlone: the text is first cut so that every \p{N} is a piece, and each stretch between them is a text of its own.
 */
export function gpt2Splitter(digitsAlone: boolean): Splitter {
  return (text, at, end) => {
    const unit = text.charCodeAt(at);
    if (unit === APOSTROPHE) {
      const length = contraction(text, at, end, false);
      if (length > 0) return at + length;
    }
    let runClass = classAt(text, at);
    if (digitsAlone && runClass === NUMBER) return at + widthAt(text, at);
    let runStart = at;
    if (unit === BLANK && at + 1 < end) {
      const next = classAt(text, at + 1);
      if (!(digitsAlone && next === NUMBER)) {
        runClass = next;
        runStart = at + 1;
      }
    }
    if (runClass !== SPACE) return endOfRun(text, runStart, end, runClass);
    const stop = endOfRun(text, at, end, SPACE);
    const isTextEnd = stop === end || (digitsAlone && classAt(text, stop) === NUMBER);
    return stop - at > 1 && !isTextEnd ? stop - 1 : stop; // the last blank goes with what follows
  };
}

/**
 * '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,maxDigits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 */
export function llama3Splitter(maxDigits: number): Splitter {
  return (text, at, end) => {
    const unit = text.charCodeAt(at);
    if (unit === APOSTROPHE) {
      const length = contraction(text, at, end, true);
      if (length > 0) return at + length;
    }
    const firstClass = classAt(text, at);
    if (firstClass === LETTER) return endOfRun(text, at, end, LETTER);
    if (firstClass === NUMBER) return endOfNumber(text, at, end, maxDigits);
    const second = at + widthAt(text, at);
    if (!isLineEnd(unit) && second < end && classAt(text, second) === LETTER) return endOfRun(text, second, end, LETTER);
    const afterBlank = unit === BLANK ? at + 1 : at;
    if (afterBlank < end && classAt(text, afterBlank) === OTHER) {
      let stop = endOfRun(text, afterBlank, end, OTHER);
      while (stop < end && isLineEnd(text.charCodeAt(stop))) stop++;
      return stop;
    }
    const stop = endOfRun(text, at, end, SPACE);
    for (let last = stop; last > at; last--) if (isLineEnd(text.charCodeAt(last - 1))) return last;
    return stop - at > 1 && stop < end ? stop - 1 : stop;
  };
}

function endOfNumber(text: string, at: number, end: number, maxDigits: number): number {
  for (let i = 0; i < maxDigits && at < end && classAt(text, at) === NUMBER; i++) at += widthAt(text, at);
  return at;
}
