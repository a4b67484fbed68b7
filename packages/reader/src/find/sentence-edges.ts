// Blocks end anywhere in a sentence: how far a stretch of blocks is widened so that it begins and ends with whole sentences, else whole words.
// Sentences end as people of many scripts end them; full-width marks need no space after them.

/** How much text around a stretch is looked at, bytes. */
export const EDGE_BYTES = 400;

/** With the quotes and brackets that close after it, and white space that must follow where words are spaced. */
const SPACED_END = '[.!?\u037e\u0589\u061f\u06d4\u0964\u0965\u104a\u104b\u1362\u1367\u17d4\u17d5]["”’»)\\]]*';
const FULL_END = '[。．！？｡…]["”’」』）〉》】]*';
const BLANK = '\\n\\s*\\n\\s*';

const ENDS = new RegExp(`${SPACED_END}\\s+|${FULL_END}\\s*|${BLANK}`, 'gu');
const AT_END = new RegExp(`(?:${SPACED_END}\\s*|${FULL_END}\\s*|${BLANK})$`, 'u');
const NEXT_END = new RegExp(`${SPACED_END}(?=\\s|$)|${FULL_END}|\\n\\s*\\n`, 'u');

/** UTF-16 units at the end of `before` that belong to the first sentence of what follows. */
export function unitsBefore(before: string, atDocumentStart: boolean, text: string): number {
  let start = -1;
  for (const match of before.matchAll(ENDS)) start = match.index + match[0].length;
  if (start >= 0) return before.length - start;
  if (atDocumentStart) return before.length;
  return -wordEdge(before, text).start;
}

/** UTF-16 units at the start of `after` that belong to the last sentence of `text`. */
export function unitsAfter(text: string, after: string, atDocumentEnd: boolean): number {
  if (AT_END.test(text)) return 0;
  const match = NEXT_END.exec(after);
  if (match !== null) return match.index + (match[0].startsWith('\n') ? 0 : match[0].length);
  return atDocumentEnd ? after.length : wordEdge(text, after).end;
}

const MAX_WORD_UNITS = 60;
const words = new Intl.Segmenter('und', { granularity: 'word' });

/** Where the word begins and ends that the border between two texts cuts, relative to it; 0 where it cuts none. */
function wordEdge(left: string, right: string): { start: number; end: number } {
  // Up to the nearest white space, where that is not far; scripts without spaces are cut by a dictionary.
  const head = /\S*$/.exec(left.slice(-MAX_WORD_UNITS))?.[0] ?? '';
  const tail = /^\S*/.exec(right.slice(0, MAX_WORD_UNITS))?.[0] ?? '';
  if (head === '' || tail === '') return { start: 0, end: 0 };
  const near = wholePairs(head + tail, head.length);
  const cut = words.segment(near.text).containing(near.border);
  if (cut === undefined || cut.index === near.border) return { start: 0, end: 0 };
  return { start: cut.index - near.border, end: cut.index + cut.segment.length - near.border };
}

/** The slices above may begin or end with half a surrogate pair. */
function wholePairs(text: string, border: number): { text: string; border: number } {
  const from = /^[\udc00-\udfff]/.test(text) ? 1 : 0;
  return { text: text.slice(from).replace(/[\ud800-\udbff]$/, ''), border: border - from };
}
