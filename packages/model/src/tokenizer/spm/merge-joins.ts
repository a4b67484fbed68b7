// Joins by a list of merges, as tokenizer.json has them: of two neighbours' tokens, the pair that stands earlier in the list first.
import { invalidFile } from '../../gguf/errors.ts';
import { MergeTable, NO_MERGE } from '../merge-table.ts';
import type { Joins } from './join-symbols.ts';
import type { Piece } from './piece.ts';
import { TokenTable } from './token-table.ts';

export function mergeJoins(path: string, tokens: readonly string[], merges: readonly string[], isPlain: (token: number) => boolean): Joins {
  const numbers = new Map<string, number>();
  for (const [token, text] of tokens.entries()) if (isPlain(token)) numbers.set(text, token);
  const characters = new TokenTable(tokens, isPlain);
  const table = new MergeTable(merges.length);
  const results = new Int32Array(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const blank = merge.indexOf(' ', 1);
    const [left, right] = [merge.slice(0, blank), merge.slice(blank + 1)];
    const [leftToken, rightToken, result] = [numbers.get(left), numbers.get(right), numbers.get(left + right)];
    if (blank < 0 || leftToken === undefined || rightToken === undefined || result === undefined) {
      throw invalidFile(path, `merge ${rank} is ${JSON.stringify(merge.slice(0, 80))}, not two tokens that make a third`);
    }
    table.add(leftToken, rightToken, rank);
    results[rank] = result;
  }
  return {
    start(piece: Piece): void {
      for (let at = 0; at < piece.length; at = piece.next[at]!) piece.tokens[at] = characters.find(piece, at, piece.next[at]!);
    },
    look(piece: Piece, left: number, right: number): void {
      const [leftToken, rightToken] = [piece.tokens[left]!, piece.tokens[right]!];
      const rank = leftToken < 0 || rightToken < 0 ? NO_MERGE : table.rank(leftToken, rightToken);
      piece.ranks[left] = rank;
      piece.joined[left] = rank === NO_MERGE ? -1 : results[rank]!;
    },
  };
}
