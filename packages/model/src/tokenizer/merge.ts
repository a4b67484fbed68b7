// Byte-pair merging of one piece: again and again the adjacent pair of lowest rank, leftmost first. In place; gives the new number of symbols.
import { type MergeTable, NO_MERGE } from './merge-table.ts';
import { MinHeap } from './min-heap.ts';

export interface Merges {
  table: MergeTable;
  /** rank -> the merged symbol */
  results: Int32Array;
}

/** Up to here looking at every pair for each merge is faster than a heap. */
const MAX_SCANNED_SYMBOLS = 48;
const RANKS = new Int32Array(MAX_SCANNED_SYMBOLS);

export function mergeSymbols(merges: Merges, symbols: Int32Array, numSymbols: number): number {
  return numSymbols <= MAX_SCANNED_SYMBOLS ? mergeByScan(merges, symbols, numSymbols) : mergeByHeap(merges, symbols, numSymbols);
}

function mergeByScan({ table, results }: Merges, symbols: Int32Array, numSymbols: number): number {
  const ranks = RANKS; // [i]: rank of (symbols[i], symbols[i + 1])
  for (let i = 0; i + 1 < numSymbols; i++) ranks[i] = table.rank(symbols[i]!, symbols[i + 1]!);
  for (;;) {
    let best = NO_MERGE;
    let at = -1;
    for (let i = 0; i + 1 < numSymbols; i++) {
      if (ranks[i]! < best) {
        best = ranks[i]!;
        at = i;
      }
    }
    if (at < 0) return numSymbols;
    symbols[at] = results[best]!;
    symbols.copyWithin(at + 1, at + 2, numSymbols);
    ranks.copyWithin(at + 1, at + 2, numSymbols - 1);
    numSymbols--;
    if (at + 1 < numSymbols) ranks[at] = table.rank(symbols[at]!, symbols[at + 1]!);
    if (at > 0) ranks[at - 1] = table.rank(symbols[at - 1]!, symbols[at]!);
  }
}

/** Linked list of symbols and a heap of (rank, place); an entry is stale when the pair at its place has another rank by now. */
function mergeByHeap({ table, results }: Merges, symbols: Int32Array, numSymbols: number): number {
  const next = Int32Array.from({ length: numSymbols }, (_, i) => i + 1);
  const previous = Int32Array.from({ length: numSymbols }, (_, i) => i - 1);
  const ranks = new Int32Array(numSymbols).fill(NO_MERGE);
  const heap = new MinHeap(numSymbols);
  const look = (left: number): void => {
    const right = next[left]!;
    ranks[left] = right < numSymbols ? table.rank(symbols[left]!, symbols[right]!) : NO_MERGE;
    if (ranks[left] !== NO_MERGE) heap.push(ranks[left]!, left);
  };
  for (let i = 0; i + 1 < numSymbols; i++) look(i);
  while (heap.pop()) {
    const left = heap.place;
    if (ranks[left] !== heap.rank) continue;
    const right = next[left]!;
    symbols[left] = results[heap.rank]!;
    next[left] = next[right]!;
    if (next[left]! < numSymbols) previous[next[left]!] = left;
    ranks[right] = NO_MERGE;
    look(left);
    if (previous[left]! >= 0) look(previous[left]!);
  }
  let numLeft = 0;
  for (let i = 0; i < numSymbols; i = next[i]!) symbols[numLeft++] = symbols[i]!;
  return numLeft;
}
