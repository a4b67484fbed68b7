// One piece of text to token ids: from the cache, else by joining its characters; a character that is no token goes byte by byte.
import type { EncodingBuilder } from '../encoding-builder.ts';
import { MAX_CACHED_UNITS, PieceCache } from '../piece-cache.ts';
import { writeUtf8 } from '../utf8.ts';
import { type Joins, joinSymbols } from './join-symbols.ts';
import { Piece } from './piece.ts';

export interface SpmPieceEncoderOptions {
  joins: Joins;
  byteTokens: Int32Array; // (256)
  /** Bytes of each token. (vocabSize) */
  numBytesOf: Int32Array;
}

const SMALL_UNITS = 256;
/** Symbol tokens of one piece for the cache. */
const FOUND = new Int32Array(3 * (MAX_CACHED_UNITS + 1));
const BYTES = new Uint8Array(6);

export class SpmPieceEncoder {
  readonly #options: SpmPieceEncoderOptions;
  readonly #cache = new PieceCache();
  readonly #small = new Piece(SMALL_UNITS);

  constructor(options: SpmPieceEncoderOptions) {
    this.#options = options;
  }

  /** Adds the tokens of text[start, end), after a blank that is not in the text where `addBlank`. */
  encode(text: string, start: number, end: number, addBlank: boolean, out: EncodingBuilder): void {
    const isShort = end - start <= MAX_CACHED_UNITS && !addBlank;
    const key = isShort ? text.slice(start, end) : '';
    if (isShort && this.#cache.find(key)) {
      const { pool, start: from, count } = this.#cache;
      const { numBytesOf } = this.#options;
      for (let i = from; i < from + count; i++) out.add(pool[i]!, numBytesOf[pool[i]!]!);
      return;
    }
    const piece = end - start < SMALL_UNITS ? this.#small : new Piece(end - start + 1);
    piece.fill(text, start, end, addBlank);
    joinSymbols(this.#options.joins, piece);
    const isCached = isShort && piece.isExact;
    let count = 0;
    const add = (token: number, numBytes: number): void => {
      out.add(token, numBytes);
      if (isCached) FOUND[count++] = token;
    };
    for (let at = 0; at < piece.length; at = piece.next[at]!) {
      if (piece.tokens[at]! >= 0) add(piece.tokens[at]!, piece.numTextBytes(at, piece.next[at]!));
      else this.#addBytes(piece, at, add);
    }
    if (isCached) this.#cache.add(key, FOUND, count);
  }

  #addBytes(piece: Piece, at: number, add: (token: number, numBytes: number) => void): void {
    const character = String.fromCharCode(...piece.units.subarray(at, piece.next[at]!));
    const numBytes = writeUtf8(character, 0, character.length, BYTES);
    for (let i = 0; i < numBytes; i++) add(this.#options.byteTokens[BYTES[i]!]!, 1);
  }
}
