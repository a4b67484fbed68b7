// Where a text can be cut so that each piece's tokens do not depend on the others: before a blank, unless some token has what stands before it
// and a blank side by side. A piece longer than the limit is cut there too: it bounds memory, and only there ids can differ from llama.cpp's.
import { BLANK, BLANK_SIGN, isSurrogate } from './piece.ts';

/** About 40 MB of work space. */
const MAX_PIECE_UNITS = 1 << 20;

/** End of the piece that starts at `at`; at < end. */
export type Cutter = (text: string, at: number, end: number) => number;

const isBlank = (unit: number): boolean => unit === BLANK || unit === BLANK_SIGN;

export function createCutter(tokens: readonly string[], isPlain: (token: number) => boolean): Cutter {
  const beforeBlank = new Set<number>(); // last code units of what stands before U+2581 inside a token
  const sign = String.fromCharCode(BLANK_SIGN);
  for (const [token, text] of tokens.entries()) {
    if (!isPlain(token)) continue;
    for (let at = text.indexOf(sign, 1); at > 0; at = text.indexOf(sign, at + 1)) beforeBlank.add(text.charCodeAt(at - 1));
  }
  const joins = (unit: number): boolean => beforeBlank.size > 0 && beforeBlank.has(unit === BLANK ? BLANK_SIGN : unit);

  return (text, at, end) => {
    const limit = Math.min(end, at + MAX_PIECE_UNITS);
    for (let i = at + 1; i < limit; i++) {
      if (isBlank(text.charCodeAt(i)) && !joins(text.charCodeAt(i - 1))) return i;
    }
    return limit < end && isSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit;
  };
}
