// Words as BM25 counts them: lower case, accents left off, stems; 32-bit hashes. Scripts without spaces give overlapping pairs or triples
// of characters instead. Question and document must go through the same function, so a change here needs a new SEGMENT_VERSION.
/// <reference path="../snowball-stemmers.d.ts" />
import stemmers from 'snowball-stemmers';
import { hashString } from '../hash.ts';

/** Letters, digits and the marks on them; joiners within Indic and Persian words. */
const WORD = /[\p{L}\p{N}\p{M}\u200c\u200d]+(?:['’][\p{L}]{1,2}(?![\p{L}\p{N}]))?/gu;
const PAIRED = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\u30fc';
/** In these a syllable takes two or three characters, and pairs say little. */
const TRIPLED = '\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const UNSPACED = new RegExp(`[${PAIRED}${TRIPLED}]`, 'u');
/** A run of one kind: with spaces, in pairs, in triples. */
const RUN = new RegExp(`[${PAIRED}]+|(?:[${TRIPLED}]\\p{M}*)+|[^${PAIRED}${TRIPLED}]+`, 'gu');
const PAIRED_RUN = new RegExp(`^[${PAIRED}]`, 'u');
const TRIPLED_RUN = new RegExp(`^[${TRIPLED}]`, 'u');
const CLUSTER = /\P{M}\p{M}*/gu;

const MAX_CACHED = 50_000;
const MAX_WORD_CHARS = 64;

/** Marks that readers leave out as often as not: accents of Latin, Greek and Cyrillic, points of Arabic and Hebrew, and the Arabic filler. */
const OPTIONAL_MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]/g;

const STEMMERS: Array<{ words: RegExp; stemmer: { stem(word: string): string } }> = [
  { words: /^[a-z]+$/, stemmer: stemmers.newStemmer('english') },
  { words: /^[а-яё]+$/, stemmer: stemmers.newStemmer('russian') },
  { words: /^[\u0621-\u064a]+$/, stemmer: stemmers.newStemmer('arabic') },
];
const cache = new Map<string, string>();

export interface Word {
  stem: string;
  start: number; // UTF-16 offsets
  end: number;
}

export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    if (UNSPACED.test(word)) yield* unspacedWords(word, match.index);
    else yield* oneWord(word, match.index);
  }
}

function* oneWord(word: string, start: number): Generator<Word> {
  const stem = stemOf(word);
  if (stem !== '') yield { stem, start, end: start + word.length };
}

/** Runs within what has no spaces: '世界人权' -> 世界 界人 人权. What is shorter than a pair or triple stands whole. */
function* unspacedWords(text: string, offset: number): Generator<Word> {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const length = PAIRED_RUN.test(run) ? 2 : TRIPLED_RUN.test(run) ? 3 : 0;
    if (length === 0) {
      yield* oneWord(run, offset + index);
      continue;
    }
    const units = [...run.matchAll(CLUSTER)].map((match) => ({ start: offset + index + match.index, end: offset + index + match.index + match[0].length }));
    for (let i = 0; i === 0 || i + length <= units.length; i++) {
      const { start } = units[i];
      const { end } = units[Math.min(units.length, i + length) - 1];
      yield { stem: text.slice(start - offset, end - offset).normalize('NFKC'), start, end };
    }
  }
}

/** Of each word, in order. */
export const stemsOf = (text: string): string[] => Array.from(wordsOf(text), ({ stem }) => stem);

export const wordHash = (stem: string): number => hashString(stem);

function stemOf(word: string): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const plain = word.slice(0, MAX_WORD_CHARS).toLowerCase().normalize('NFKD').replace(OPTIONAL_MARKS, '').normalize('NFC')
    .replace(/['’]\p{L}+$/u, '').replaceAll('ς', 'σ');
  const stem = STEMMERS.find(({ words }) => words.test(plain))?.stemmer.stem(plain) ?? plain;
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
