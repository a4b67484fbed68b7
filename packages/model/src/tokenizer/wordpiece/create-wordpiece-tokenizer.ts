// WordPiece: each word is cut into the longest pieces of the vocabulary, from its start; one that cannot be cut is unknown as a whole.
import { cutWords } from './cut-words.ts';
import type { WordPieceVocabulary } from './read-vocabulary.ts';

/** Words whose pieces are remembered; when full it starts over. */
const MAX_CACHED_WORDS = 1 << 14;

export interface WordPieceTokenizer {
  /** Token ids between those that begin and end a text; of more than maxTokens (these two included) the first. Special tokens are never parsed. */
  encode(text: string, maxTokens: number): Int32Array;
}

export function createWordPieceTokenizer(vocabulary: WordPieceVocabulary): WordPieceTokenizer {
  const { startToken, endToken } = vocabulary;
  const cache = new Map<string, readonly number[]>();
  const piecesOf = (word: string): readonly number[] => {
    const cached = cache.get(word);
    if (cached !== undefined) return cached;
    const pieces = cutPieces(word, vocabulary);
    if (cache.size === MAX_CACHED_WORDS) cache.clear();
    cache.set(word, pieces);
    return pieces;
  };
  return {
    encode(text, maxTokens) {
      const ids = [startToken];
      cutWords(text, (word) => {
        for (const id of piecesOf(word)) ids.push(id);
        return ids.length < maxTokens;
      });
      ids.length = Math.min(ids.length, maxTokens - 1);
      ids.push(endToken);
      return Int32Array.from(ids);
    },
  };
}

function cutPieces(word: string, { pieces, prefix, longestPiece, maxWordChars, unknownToken }: WordPieceVocabulary): number[] {
  if (word.length > maxWordChars && Array.from(word).length > maxWordChars) return [unknownToken];
  const ids: number[] = [];
  for (let start = 0; start < word.length; ) {
    const head = start === 0 ? '' : prefix;
    let end = Math.min(word.length, start + longestPiece);
    let id: number | undefined;
    while (end > start) {
      id = pieces.get(head + word.slice(start, end));
      if (id !== undefined) break;
      end--;
    }
    if (id === undefined) return [unknownToken];
    ids.push(id);
    start = end;
  }
  return ids;
}
