// Sentences of a stretch of text, as UTF-16 ranges. Stored vectors are of these (encode/embedded-passages.ts): where the default ones change,
// EMBEDDINGS_VERSION must.

export interface Range { start: number; end: number }

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
/** Longer ones (tables, lists without full stops, scripts that have none) are cut at line ends, else at spaces, else between characters. */
const MAX_SENTENCE_UNITS = 500;
/** The segmenter takes the full stop of an initial or a title for the end of a sentence: 'named after M. | Theo Kearney'. */
const ABBREVIATED = /(?<![\p{L}\p{N}])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Prof|Gen|Col|Capt|Lt|Sgt|Rev|Hon|Sen|Gov|vs|cf)\. +$/u;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a long line is cut behind: `kept` units of `mark` stay before the cut. */
interface Cut { mark: string; kept: number }
const AT_SPACES: readonly Cut[] = [{ mark: ' ', kept: 1 }];
/** Best first. Pairs of an object and items of a list stay whole. */
export const BETWEEN_PAIRS: readonly Cut[] = [{ mark: ', "', kept: 2 }, { mark: ', ', kept: 2 }, ...AT_SPACES];

export function sentencesOf(text: string, cuts = AT_SPACES): Range[] {
  // A single line end is only layout (hard-wrapped text), but the segmenter takes it for the end of a paragraph.
  const unwrapped = text.replace(/([^\n])\n(?=[^\n])/g, '$1 ');
  const ranges: Range[] = [];
  for (const { segment, index } of segmenter.segment(unwrapped)) {
    if (segment.trim() === '') continue;
    const end = index + segment.length;
    const previous = ranges.at(-1);
    if (previous?.end === index && end - previous.start <= MAX_SENTENCE_UNITS && ABBREVIATED.test(unwrapped.slice(previous.start, index))) previous.end = end;
    else if (segment.length <= MAX_SENTENCE_UNITS) ranges.push({ start: index, end });
    else ranges.push(...linesOf(text, index, end, cuts));
  }
  return ranges;
}

function linesOf(text: string, start: number, end: number, cuts: readonly Cut[]): Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < end; ) {
    const newline = text.indexOf('\n', at);
    const lineEnd = newline < 0 || newline >= end ? end : newline + 1;
    const to = lineEnd - at <= MAX_SENTENCE_UNITS ? lineEnd : longCut(text, at, at + MAX_SENTENCE_UNITS, cuts);
    if (text.slice(at, to).trim() !== '') ranges.push({ start: at, end: to });
    at = to;
  }
  return ranges;
}

/** The last of the first of `cuts` that is in the second half, else a place that cuts no character: at most `to`, more than `from`. */
function longCut(text: string, from: number, to: number, cuts: readonly Cut[]): number {
  for (const { mark, kept } of cuts) {
    const at = text.lastIndexOf(mark, to - kept);
    if (at >= from + MAX_SENTENCE_UNITS / 2) return at + kept;
  }
  const around = text.slice(from, to + CHARACTER_UNITS);
  const cut = from + (characters.segment(around).containing(to - from)?.index ?? around.length);
  return cut > from ? cut : keepPair(text, to);
}

/** Characters of more units than these are no characters of any language. */
const CHARACTER_UNITS = 32;

/** Never between the halves of a surrogate pair. */
const keepPair = (text: string, at: number): number => ((text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at);
