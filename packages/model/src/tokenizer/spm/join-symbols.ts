// SentencePiece's merging: again and again the adjacent pair of lowest rank is joined, leftmost first.
import { NO_MERGE } from '../merge-table.ts';
import { MinHeap } from '../min-heap.ts';
import type { Piece } from './piece.ts';

/** What two neighbours join to: by the score of the token they make, or by a list of merges. */
export interface Joins {
  /** Sets the tokens of a piece's characters. */
  start(piece: Piece): void;
  /** Sets ranks[left], NO_MERGE where the two stay apart, and joined[left]. */
  look(piece: Piece, left: number, right: number): void;
}

/** Up to here looking at every pair for each join is faster than a heap. */
const MAX_SCANNED_SYMBOLS = 32;

export function joinSymbols(joins: Joins, piece: Piece): void {
  joins.start(piece);
  for (let at = 0; at < piece.length; at = piece.next[at]!) look(joins, piece, at);
  if (piece.numSymbols <= MAX_SCANNED_SYMBOLS) joinByScan(joins, piece);
  else joinByHeap(joins, piece);
}

function look(joins: Joins, piece: Piece, left: number): void {
  const right = piece.next[left]!;
  if (right < piece.length) joins.look(piece, left, right);
  else piece.ranks[left] = NO_MERGE;
}

function joinByScan(joins: Joins, piece: Piece): void {
  const { ranks, next, length } = piece;
  for (;;) {
    let best = NO_MERGE;
    let left = -1;
    for (let at = 0; at < length; at = next[at]!) {
      if (ranks[at]! < best) {
        best = ranks[at]!;
        left = at;
      }
    }
    if (left < 0) return;
    join(joins, piece, left);
  }
}

/** An entry of the heap is stale when the pair at its place has another rank by now. */
function joinByHeap(joins: Joins, piece: Piece): void {
  const { ranks, next, previous, length } = piece;
  const heap = new MinHeap(piece.numSymbols);
  const push = (left: number): void => {
    if (ranks[left] !== NO_MERGE) heap.push(ranks[left]!, left);
  };
  for (let at = 0; at < length; at = next[at]!) push(at);
  while (heap.pop()) {
    const left = heap.place;
    if (ranks[left] !== heap.rank) continue;
    join(joins, piece, left);
    push(left);
    if (previous[left]! >= 0) push(previous[left]!);
  }
}

function join(joins: Joins, piece: Piece, left: number): void {
  const { ranks, next, previous, tokens, joined, length } = piece;
  const right = next[left]!;
  tokens[left] = joined[left]!;
  next[left] = next[right]!;
  if (next[left]! < length) previous[next[left]!] = left;
  ranks[right] = NO_MERGE;
  look(joins, piece, left);
  if (previous[left]! >= 0) look(joins, piece, previous[left]!);
}
