// Joins by score: two neighbours join when their text is a token; the token of the highest score first.
import { NO_MERGE } from '../merge-table.ts';
import type { Joins } from './join-symbols.ts';
import type { Piece } from './piece.ts';
import { TokenTable } from './token-table.ts';

export function scoreJoins(tokens: readonly string[], scores: readonly number[], isPlain: (token: number) => boolean): Joins {
  const table = new TokenTable(tokens, isPlain);
  const rankOf = ranks(scores);
  return {
    start(piece: Piece): void {
      for (let at = 0; at < piece.length; at = piece.next[at]!) piece.tokens[at] = table.find(piece, at, piece.next[at]!);
    },
    look(piece: Piece, left: number, right: number): void {
      const token = table.find(piece, left, piece.next[right]!);
      piece.joined[left] = token;
      piece.ranks[left] = token < 0 ? NO_MERGE : rankOf[token]!;
    },
  };
}

/** 0 for the highest score; equal scores have one rank. (vocabSize) */
function ranks(scores: readonly number[]): Int32Array {
  const ascending = Float64Array.from(scores).sort();
  const rankOf = new Int32Array(scores.length);
  for (const [token, score] of scores.entries()) {
    let [low, high] = [0, ascending.length - 1]; // its last place
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (ascending[middle]! <= score) low = middle;
      else high = middle - 1;
    }
    rankOf[token] = ascending.length - 1 - low;
  }
  return rankOf;
}
