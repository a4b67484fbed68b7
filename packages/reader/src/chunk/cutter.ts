// Tokenised pieces -> chunks. Ends are chosen by a hash of the last piece, so an edit moves only the chunks around it.
import assert from 'node:assert';
import { BLOCK_SIZE } from '@lectern/sparse-attn';
import { alignForward, countCodePoints } from '../characters.ts';
import { hashBytes } from '../hash.ts';

export interface ChunkSizes {
  minTokens: number;
  maxTokens: number;
  /** Mean number of tokens taken beyond minTokens before a boundary falls (were there no maximum). */
  meanBeyondMin: number;
  overlapTokens: number;
}

export interface TokenisedPiece {
  bytes: Uint8Array;
  ids: Int32Array; // (numTokens)
  byteStarts: Uint32Array; // (numTokens + 1), relative to the piece
}

/** A chunk before it has an address. Own and overlap arrays are copies. */
export interface ChunkDraft {
  tokenStart: number;
  byteStart: number;
  charStart: number;
  lineStart: number;
  ids: Int32Array; // (numTokens)
  overlapIds: Int32Array;
  text: Uint8Array; // own bytes
  numChars: number;
  blockChars: number[]; // code point of the document at which each block's first whole character starts
}

export class ChunkCutter {
  readonly #sizes: ChunkSizes;
  #pieces: TokenisedPiece[] = [];
  #numTokens = 0;
  #overlap = new Int32Array(0);
  #next = { tokenStart: 0, byteStart: 0, charStart: 0, lineStart: 1 };

  constructor(sizes: ChunkSizes) {
    this.#sizes = sizes;
  }

  /** Chunks that the piece completes. */
  *push(piece: TokenisedPiece): Generator<ChunkDraft> {
    const { minTokens, maxTokens, meanBeyondMin } = this.#sizes;
    let rest = piece;
    while (this.#numTokens + rest.ids.length > maxTokens) {
      if (this.#numTokens >= minTokens) {
        yield this.#close();
        continue;
      }
      const [head, tail] = splitPiece(rest, maxTokens - this.#numTokens);
      this.#add(head);
      yield this.#close();
      rest = tail;
    }
    this.#add(rest);
    // A piece of n tokens ends a chunk with probability 1 - exp(-n / mean): boundaries are as dense in short paragraphs as in long ones.
    const probability = 1 - Math.exp(-piece.ids.length / meanBeyondMin);
    if (this.#numTokens >= minTokens && hashBytes(piece.bytes) < probability * 2 ** 32) yield this.#close();
  }

  *finish(): Generator<ChunkDraft> {
    if (this.#numTokens > 0) yield this.#close();
  }

  #add(piece: TokenisedPiece): void {
    if (piece.ids.length === 0) return;
    this.#pieces.push(piece);
    this.#numTokens += piece.ids.length;
  }

  #close(): ChunkDraft {
    const pieces = this.#pieces;
    const text = Buffer.concat(pieces.map((p) => p.bytes));
    const ids = new Int32Array(this.#numTokens);
    const blockBytes: number[] = [];
    let token = 0;
    let byte = 0;
    for (const piece of pieces) {
      ids.set(piece.ids, token);
      for (let i = (BLOCK_SIZE - (token % BLOCK_SIZE)) % BLOCK_SIZE; i < piece.ids.length; i += BLOCK_SIZE) blockBytes.push(byte + piece.byteStarts[i]);
      token += piece.ids.length;
      byte += piece.bytes.length;
    }
    const { charStart, lineStart } = this.#next;
    const blockChars: number[] = [];
    let counted = 0;
    let chars = charStart;
    for (const start of blockBytes) {
      const aligned = alignForward(text, start);
      chars += countCodePoints(text, counted, aligned);
      counted = aligned;
      blockChars.push(chars);
    }
    const numChars = chars - charStart + countCodePoints(text, counted);
    const draft = { ...this.#next, ids, overlapIds: this.#overlap, text, numChars, blockChars };
    this.#next = {
      tokenStart: this.#next.tokenStart + ids.length,
      byteStart: this.#next.byteStart + text.length,
      charStart: charStart + numChars,
      lineStart: lineStart + countNewlines(text),
    };
    this.#overlap = lastTokens(this.#overlap, ids, this.#sizes.overlapTokens);
    this.#pieces = [];
    this.#numTokens = 0;
    return draft;
  }
}

/** Cuts before or at `numTokens`, where a character starts with a token. */
function splitPiece(piece: TokenisedPiece, numTokens: number): [TokenisedPiece, TokenisedPiece] {
  let cut = numTokens;
  while (cut > 0 && (piece.bytes[piece.byteStarts[cut]] & 0xc0) === 0x80) cut--;
  assert(cut > 0, `no character starts in the first ${numTokens} tokens of a piece`);
  const byte = piece.byteStarts[cut];
  return [
    { bytes: piece.bytes.subarray(0, byte), ids: piece.ids.subarray(0, cut), byteStarts: piece.byteStarts.subarray(0, cut + 1) },
    { bytes: piece.bytes.subarray(byte), ids: piece.ids.subarray(cut), byteStarts: piece.byteStarts.subarray(cut).map((b) => b - byte) },
  ];
}

function lastTokens(before: Int32Array, own: Int32Array, count: number): Int32Array<ArrayBuffer> {
  if (own.length >= count) return own.slice(own.length - count);
  const all = new Int32Array(before.length + own.length);
  all.set(before);
  all.set(own, before.length);
  return all.slice(Math.max(0, all.length - count));
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let i = bytes.indexOf(0x0a); i >= 0; i = bytes.indexOf(0x0a, i + 1)) count++;
  return count;
}
