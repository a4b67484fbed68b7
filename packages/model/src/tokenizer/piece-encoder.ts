// One piece of text to token ids: from the cache, else by merging.
import { byteCharacter } from './byte-alphabet.ts';
import type { EncodingBuilder } from './encoding-builder.ts';
import { mergeSymbols } from './merge.ts';
import { MAX_CACHED_UNITS, PieceCache } from './piece-cache.ts';
import type { Symbols } from './symbols.ts';
import { writeUtf8 } from './utf8.ts';

export interface PieceEncoderOptions {
  symbols: Symbols;
  /** Bytes of each token. (vocabSize) */
  numBytesOf: Int32Array;
  /** See PreTokenizer.wholePieces. */
  wholePieces: boolean;
}

export class PieceEncoder {
  readonly #symbols: Symbols;
  readonly #numBytesOf: Int32Array;
  readonly #wholePieces: boolean;
  readonly #cache = new PieceCache();
  #bytes = new Uint8Array(256);
  #merged = new Int32Array(256);

  constructor({ symbols, numBytesOf, wholePieces }: PieceEncoderOptions) {
    this.#symbols = symbols;
    this.#numBytesOf = numBytesOf;
    this.#wholePieces = wholePieces;
  }

  /** Adds the tokens of text[start, end), which is one piece. */
  encode(text: string, start: number, end: number, out: EncodingBuilder): void {
    if (end - start > MAX_CACHED_UNITS) {
      this.#add(this.#merge(text, start, end), out);
      return;
    }
    const piece = text.slice(start, end);
    const cache = this.#cache;
    if (cache.find(piece)) {
      const { pool, start: from, count } = cache;
      for (let i = from; i < from + count; i++) out.add(pool[i]!, this.#numBytesOf[pool[i]!]!);
      return;
    }
    const count = this.#merge(text, start, end);
    if (this.#add(count, out)) cache.add(piece, this.#merged, count);
  }

  /** Leaves the piece's symbols in #merged; gives their number. */
  #merge(text: string, start: number, end: number): number {
    const mostBytes = (end - start) * 3;
    if (mostBytes > this.#bytes.length) {
      this.#bytes = new Uint8Array(mostBytes);
      this.#merged = new Int32Array(mostBytes);
    }
    const bytes = this.#bytes;
    const numBytes = writeUtf8(text, start, end, bytes);
    const whole = this.#wholePieces ? this.#symbols.tokenOfText.get(alphabetText(bytes, numBytes)) : undefined;
    if (whole !== undefined) {
      this.#merged[0] = whole;
      return 1;
    }
    for (let i = 0; i < numBytes; i++) this.#merged[i] = this.#symbols.ofByte[bytes[i]!]!;
    return mergeSymbols(this.#symbols.merges, this.#merged, numBytes);
  }

  /** False when a symbol was no token and went byte by byte. */
  #add(count: number, out: EncodingBuilder): boolean {
    let areTokens = true;
    for (let i = 0; i < count; i++) {
      const symbol = this.#merged[i]!;
      const numBytes = this.#numBytesOf[symbol];
      if (numBytes !== undefined) {
        out.add(symbol, numBytes);
        continue;
      }
      areTokens = false;
      for (const byte of this.#symbols.bytesOfOther[symbol - this.#numBytesOf.length]!) {
        const token = this.#symbols.tokenOfText.get(byteCharacter(byte));
        if (token === undefined) out.numBytes++;
        else out.add(token, 1);
      }
    }
    return areTokens;
  }
}

function alphabetText(bytes: Uint8Array, numBytes: number): string {
  let text = '';
  for (let i = 0; i < numBytes; i++) text += byteCharacter(bytes[i]!);
  return text;
}
