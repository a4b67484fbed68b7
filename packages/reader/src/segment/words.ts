// Words as BM25 counts them: lower case, English stems, 32-bit hashes. Question and document must go through the same function.
/// <reference path="../snowball-stemmers.d.ts" />
import stemmers from 'snowball-stemmers';
import { hashString } from '../hash.ts';

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]{1,2}(?![\p{L}\p{N}]))?/gu;
const MAX_CACHED = 50_000;
const MAX_WORD_CHARS = 64;

const stemmer = stemmers.newStemmer('english');
const cache = new Map<string, string>();

export interface Word {
  stem: string;
  start: number; // UTF-16 offsets
  end: number;
}

export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    yield { stem: stemOf(match[0]), start: match.index, end: match.index + match[0].length };
  }
}

export const wordHash = (stem: string): number => hashString(stem);

function stemOf(word: string): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const plain = word.slice(0, MAX_WORD_CHARS).normalize('NFKC').toLowerCase().replace(/['’]\p{L}+$/u, '');
  const stem = /^[a-z]+$/.test(plain) ? stemmer.stem(plain) : plain;
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(word, stem);
  return stem;
}

/** Distinct word hashes, ascending, with how often each occurs. */
export interface TermCounts {
  hashes: Uint32Array; // (numTerms)
  counts: Uint32Array; // (numTerms)
  numWords: number;
}

export function countTerms(stems: Iterable<string>): TermCounts {
  const counts = new Map<number, number>();
  let numWords = 0;
  for (const stem of stems) {
    const hash = wordHash(stem);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
    numWords++;
  }
  const hashes = Uint32Array.from(counts.keys()).sort();
  return { hashes, counts: hashes.map((hash) => counts.get(hash) ?? 0), numWords };
}
