// Class of every Unicode character as pre-tokenizers see it: letter, number, white space, anything else.

export const LETTER = 1;
export const NUMBER = 2;
export const SPACE = 3;
export const OTHER = 4;

/** Filled on demand; 0 is not looked at yet. */
const CLASSES = new Uint8Array(0x11_0000);

const LETTERS = /\p{L}/u;
const NUMBERS = /\p{N}/u;
/** Unicode's White_Space. JavaScript's \s lacks U+0085 and has U+FEFF. */
const SPACES = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Numbers of Unicode 16 and 17. llama.cpp's tables are older, and ids must be its ids. Exported for the tests. */
export const NEWER_NUMBERS =
  /[\u{10d40}-\u{10d49}\u{116d0}-\u{116e3}\u{11bf0}-\u{11bf9}\u{11de0}-\u{11de9}\u{16130}-\u{16139}\u{16d70}-\u{16d79}\u{16ff4}-\u{16ff6}\u{1ccf0}-\u{1ccf9}\u{1e5f1}-\u{1e5fa}]/u;

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  const isNumber = NUMBERS.test(character) && !NEWER_NUMBERS.test(character);
  const found = LETTERS.test(character) ? LETTER : isNumber ? NUMBER : SPACES.test(character) ? SPACE : OTHER;
  CLASSES[codePoint] = found;
  return found;
}

/** Class of the character that code unit `at` belongs to: both halves of a surrogate pair give the pair's. A lone half is OTHER, as U+FFFD is. */
export function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const codePoint = (unit & 0xf800) === 0xd800 ? pairAt(text, at, unit) : unit;
  return CLASSES[codePoint] || classify(codePoint);
}

/** Code units of the character that starts at `at`. */
export const widthAt = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1);

function pairAt(text: string, at: number, unit: number): number {
  const isLow = unit >= 0xdc00;
  const pair = text.codePointAt(isLow ? at - 1 : at) ?? unit;
  return pair > 0xffff ? pair : 0xfffd;
}
