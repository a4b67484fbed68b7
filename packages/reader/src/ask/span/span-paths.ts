// Where an answer that is copied from a text may begin and end, as the tokens that spell it.
import type { Tokenizer } from '@lectern/model';
import type { Range } from '../sentences.ts';

export interface SpanPath {
  /** UTF-16 unit of the text where it begins: a word. */
  start: number;
  /** The text from there on, as it goes on after a space. */
  ids: Int32Array;
  /** [i]: UTF-16 unit of the text where the first i + 1 tokens end, when an answer may end there; else -1. */
  ends: Int32Array;
}

/** Longer answers are no short phrases: so many tokens, or as many more as so many words have in a script that the tokenizer spells out. */
const PHRASE_TOKENS = 24;
const PHRASE_WORDS = 10;
export const MAX_SPAN_TOKENS = 96;
/** Of a text: more than any sentence has. */
const MAX_STARTS = 512;
/** Characters that are looked at: more than any phrase has. */
const SPAN_UNITS = 6 * PHRASE_TOKENS;
/** Of a value that is looked at, and of the marks behind it. */
const MAX_VALUE_UNITS = 400;
const BEHIND_VALUE = 8;

const WORD_START = /(?<![\p{L}\p{N}\p{M}_'’.-])[\p{L}\p{N}]/gu;
/** At the end of a word, before the marks that close it. */
const BEFORE_GAP = /^[\p{P}\p{S}]*(?:\s|$)/u;
/** No answer ends with these; a full stop belongs to it only as an abbreviation's, which goes on in lower case. */
const OPEN_END = /[,;:!?.([{“‘—–，。、；：！？「『（-]$/u;
const ABBREVIATION = /^\s+\p{Ll}/u;
const PARAGRAPH_END = /\n\s*\n/u;
/** Scripts that are written without spaces. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const words = new Intl.Segmenter('und', { granularity: 'word' });

/** `values`: where else a span may begin, and how far it may go from there. */
export function spanPaths(text: string, tokenizer: Tokenizer, values: readonly Range[] = []): SpanPath[] {
  const { starts, ends } = UNSPACED.test(text) ? segmented(text) : { starts: [...text.matchAll(WORD_START)].map(({ index }) => index), ends: undefined };
  const reach = new Map<number, number>();
  for (const { start, end } of values) reach.set(start, Math.max(end, reach.get(start) ?? 0));
  return [...new Set([...starts.slice(0, MAX_STARTS), ...reach.keys()])].map((start) => pathFrom(text, start, reach.get(start) ?? start, ends, tokenizer));
}

/** By a dictionary, where spaces do not tell. */
function segmented(text: string): { starts: number[]; ends: Set<number> } {
  const found = [...words.segment(text)].filter(({ isWordLike }) => isWordLike);
  return { starts: found.map(({ index }) => index), ends: new Set(found.map(({ index, segment }) => index + segment.length)) };
}

function pathFrom(text: string, start: number, reach: number, wordEnds: ReadonlySet<number> | undefined, tokenizer: Tokenizer): SpanPath {
  const units = Math.max(SPAN_UNITS, Math.min(reach + BEHIND_VALUE - start, MAX_VALUE_UNITS));
  // A line end within a paragraph is layout: an answer is one line.
  const [paragraph] = text.slice(start, start + units).split(PARAGRAPH_END, 1);
  const tail = ` ${paragraph.replace(/\s/gu, ' ')}`;
  const { ids, byteStarts } = tokenizer.encode(tail);
  const bytes = Buffer.from(tail);
  const phraseBytes = Math.max(Buffer.byteLength(phraseOf(tail)), Buffer.byteLength(tail.slice(0, reach + 1 - start)));
  const numTokens = Math.min(MAX_SPAN_TOKENS, ids.length, Math.max(PHRASE_TOKENS, byteStarts.findIndex((byte) => byte >= phraseBytes)));
  const ends = Int32Array.from({ length: numTokens }, (_, i) => {
    const said = bytes.subarray(0, byteStarts[i + 1]).toString();
    const end = start + said.length - 1;
    return said.endsWith('\ufffd') || !mayEnd(said, text.slice(end), wordEnds?.has(end)) ? -1 : end;
  });
  return { start, ids: ids.slice(0, numTokens), ends };
}

/** The first PHRASE_WORDS words. */
function phraseOf(tail: string): string {
  let numWords = 0;
  for (const { index, segment, isWordLike } of words.segment(tail)) if (isWordLike && ++numWords === PHRASE_WORDS) return tail.slice(0, index + segment.length);
  return tail;
}

function mayEnd(said: string, rest: string, isWordEnd: boolean | undefined): boolean {
  if (isWordEnd !== true && !BEFORE_GAP.test(rest)) return false;
  return !OPEN_END.test(said) || (said.endsWith('.') && ABBREVIATION.test(rest));
}
