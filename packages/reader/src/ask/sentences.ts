// Sentences of a stretch of text, as UTF-16 ranges.

export interface Range { start: number; end: number }

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
/** Longer ones (tables, lists without full stops) are cut at line ends. */
const MAX_SENTENCE_UNITS = 500;

export function sentencesOf(text: string): Range[] {
  // A single line end is only layout (hard-wrapped text), but the segmenter takes it for the end of a paragraph.
  const unwrapped = text.replace(/([^\n])\n(?=[^\n])/g, '$1 ');
  const ranges: Range[] = [];
  for (const { segment, index } of segmenter.segment(unwrapped)) {
    if (segment.trim() === '') continue;
    if (segment.length <= MAX_SENTENCE_UNITS) ranges.push({ start: index, end: index + segment.length });
    else ranges.push(...linesOf(text, index, index + segment.length));
  }
  return ranges;
}

function linesOf(text: string, start: number, end: number): Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < end; ) {
    const newline = text.indexOf('\n', at);
    const lineEnd = Math.min(newline < 0 || newline >= end ? end : newline + 1, at + MAX_SENTENCE_UNITS);
    const to = keepPair(text, lineEnd, end);
    if (text.slice(at, to).trim() !== '') ranges.push({ start: at, end: to });
    at = to;
  }
  return ranges;
}

/** Never between the halves of a surrogate pair. */
const keepPair = (text: string, at: number, end: number): number => (at < end && (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at + 1 : at);
