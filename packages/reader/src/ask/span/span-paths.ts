// Where an answer that is copied from a text may begin and end, as the tokens that spell it.
import type { Tokenizer } from '@lectern/model';

export interface SpanPath {
  /** UTF-16 unit of the text where it begins: a word. */
  start: number;
  /** The text from there on, as it goes on after a space. */
  ids: Int32Array;
  /** [i]: UTF-16 unit of the text where the first i + 1 tokens end, when an answer may end there; else -1. */
  ends: Int32Array;
}

/** Longer answers are no short phrases. */
export const MAX_SPAN_TOKENS = 24;
/** Of a text: more than any sentence has. */
const MAX_STARTS = 512;
/** Enough characters for the most tokens of almost any text; where they are fewer the span can only be shorter. */
const SPAN_UNITS = 6 * MAX_SPAN_TOKENS;

const WORD_START = /(?<![\p{L}\p{N}\p{M}_'’.-])[\p{L}\p{N}]/gu;
/** At the end of a word, before the marks that close it. */
const BEFORE_GAP = /^[\p{P}\p{S}]*(?:\s|$)/u;
/** No answer ends with these; a full stop belongs to it only as an abbreviation's, which goes on in lower case. */
const OPEN_END = /[,;:!?.([{“‘—–-]$/u;
const ABBREVIATION = /^\s+\p{Ll}/u;
const PARAGRAPH_END = /\n\s*\n/u;

export function spanPaths(text: string, tokenizer: Tokenizer): SpanPath[] {
  return [...text.matchAll(WORD_START)].slice(0, MAX_STARTS).map(({ index }) => pathFrom(text, index, tokenizer));
}

function pathFrom(text: string, start: number, tokenizer: Tokenizer): SpanPath {
  // A line end within a paragraph is layout: an answer is one line.
  const [paragraph] = text.slice(start, start + SPAN_UNITS).split(PARAGRAPH_END, 1);
  const tail = ` ${paragraph.replace(/\s/gu, ' ')}`;
  const { ids, byteStarts } = tokenizer.encode(tail);
  const numTokens = Math.min(MAX_SPAN_TOKENS, ids.length);
  const bytes = Buffer.from(tail);
  const ends = Int32Array.from({ length: numTokens }, (_, i) => {
    const said = bytes.subarray(0, byteStarts[i + 1]).toString();
    return said.endsWith('\ufffd') || !mayEnd(said, text.slice(start + said.length - 1)) ? -1 : start + said.length - 1;
  });
  return { start, ids: ids.slice(0, numTokens), ends };
}

function mayEnd(said: string, rest: string): boolean {
  if (!BEFORE_GAP.test(rest)) return false;
  return !OPEN_END.test(said) || (said.endsWith('.') && ABBREVIATION.test(rest));
}
