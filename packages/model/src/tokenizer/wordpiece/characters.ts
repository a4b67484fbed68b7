// What BERT's normalisation makes of one character: nothing, a blank, punctuation that stands alone, or characters of a word.
// Words are lower case, without accents; Chinese characters stand alone. Classes are those of Hugging Face's `tokenizers`, which knows Unicode 8
// (compared for every code point), so that ids do not change with the Unicode of Node.

export const SKIPPED = 0;
export const BLANK = 1;
/** Of a word. */
export const INSIDE = 2;
/** A word of its own. */
export const ALONE = 3;

/** Unicode's White_Space. */
const SPACES = /[\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Co}\ufffd]/u;
const MARKS = /\p{Mn}/gu;
const PUNCTUATION = /[!-/:-@[-`{-~]|\p{P}/u;
const CHINESE = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** What these were, other than now: marks, punctuation. */
const WERE_MARKS = /[\u1734\u{1171e}]/u;
const WERE_PUNCTUATION = /[\u166d\u{111c9}]/u;
/** Marks, punctuation, capitals and compounds that are newer than the tables: parts of words, as they are. Unassigned ones between them too. */
const NEWER = new RegExp('[\\u061d\\u07fd\\u0890-\\u08e2\\u09fd-\\u09fe\\u0a76\\u0afa-\\u0aff\\u0b55\\u0c04-\\u0c3c\\u0c77\\u0c84\\u0d00\\u0d3b-\\u0d3c' +
  '\\u0d81\\u0eba\\u0ece\\u180f-\\u1886\\u1abf-\\u1aeb\\u1b4e-\\u1b4f\\u1b7d-\\u1b7f\\u1c89\\u1df6-\\u1dfb\\u2e43-\\u2e5d\\ua7cb-\\ua7ce\\ua7d2-\\ua7d4' +
  '\\ua7da-\\ua7dc\\ua82c\\ua8c5\\ua8ff\\ua9bd\\u{105c9}-\\u{105e4}\\u{10d24}-\\u{10f89}\\u{11070}-\\u{11074}\\u{110c2}-\\u{110cd}\\u{111cf}' +
  '\\u{1123e}-\\u{11241}\\u{1133b}\\u{11383}-\\u{1145e}\\u{11660}-\\u{1166c}\\u{116b9}\\u{1182f}-\\u{1183b}\\u{11938}-\\u{11fff}\\u{12ff1}-\\u{1612f}' +
  '\\u{16d68}-\\u{16d6f}\\u{16e97}-\\u{16f4f}\\u{16fe2}-\\u{16fe4}\\u{1cf00}-\\u{1cf46}\\u{1e000}-\\u{1e6f5}\\u{1e944}-\\u{1e95f}]', 'u');

export interface Normalised {
  kind: number;
  /** One character where kind is ALONE. */
  text: string;
}

const SKIP: Normalised = { kind: SKIPPED, text: '' };
const known = new Map<number, Normalised>();

/** A lone surrogate is no character: it is skipped. */
export function normalise(codePoint: number): Normalised {
  let found = known.get(codePoint);
  if (found === undefined) {
    found = classify(codePoint);
    known.set(codePoint, found);
  }
  return found;
}

function classify(codePoint: number): Normalised {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return SKIP;
  const character = String.fromCodePoint(codePoint);
  if (SPACES.test(character)) return { kind: BLANK, text: ' ' };
  if (WERE_PUNCTUATION.test(character)) return { kind: ALONE, text: character };
  if (NEWER.test(character) && !WERE_MARKS.test(character)) return { kind: INSIDE, text: character };
  if (CONTROLS.test(character) || WERE_MARKS.test(character)) return SKIP;
  const bare = character.normalize('NFD').replace(MARKS, '');
  // One by one: a capital sigma at the end of a word is no special case here.
  const text = Array.from(bare, (each) => each.toLowerCase()).join('');
  if (text === '') return SKIP;
  return { kind: CHINESE.test(character) || PUNCTUATION.test(text) ? ALONE : INSIDE, text };
}
