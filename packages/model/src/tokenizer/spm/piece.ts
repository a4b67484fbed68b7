// A piece of text on its way to tokens: code units with blanks written as U+2581, and a linked list of symbols over them.
// A symbol is named by the place of its first code unit; it ends where the next one starts.
import { nextHash } from './token-table.ts';

export const BLANK = 32;
/** SentencePiece's sign for a blank. */
export const BLANK_SIGN = 0x2581;
const REPLACEMENT = 0xfffd;

export const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

export class Piece {
  length = 0;
  numSymbols = 0;
  /** No code unit is a U+2581 of the text's own, none was put before it: its tokens' bytes are the text's. */
  isExact = true;
  readonly units: Uint16Array; // (capacity)
  readonly hashes: Int32Array; // (capacity + 1): of [0, i)
  readonly next: Int32Array; // (capacity)
  readonly previous: Int32Array; // (capacity)
  /** Token of the symbol, -1 where it is none. */
  readonly tokens: Int32Array; // (capacity)
  /** Rank of joining the symbol with its next one, and the token that gives. */
  readonly ranks: Int32Array; // (capacity)
  readonly joined: Int32Array; // (capacity)
  /** Where the units came from: text[textStart, ...) after `added` units. */
  #text = '';
  #textStart = 0;
  #added = 0;

  constructor(capacity: number) {
    this.units = new Uint16Array(capacity);
    this.hashes = new Int32Array(capacity + 1);
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
    this.ranks = new Int32Array(capacity);
    this.joined = new Int32Array(capacity);
  }

  /** One symbol per character of text[start, end), after a blank where `addBlank`. A lone surrogate is U+FFFD. */
  fill(text: string, start: number, end: number, addBlank: boolean): void {
    this.#text = text;
    this.#textStart = start;
    this.#added = addBlank ? 1 : 0;
    this.isExact = !addBlank;
    this.length = 0;
    this.numSymbols = 0;
    let last = -1;
    const put = (unit: number, startsSymbol: boolean): void => {
      const at = this.length++;
      this.units[at] = unit;
      this.hashes[at + 1] = nextHash(this.hashes[at]!, unit);
      if (!startsSymbol) return;
      this.numSymbols++;
      this.previous[at] = last;
      if (last >= 0) this.next[last] = at;
      last = at;
    };
    if (addBlank) put(BLANK_SIGN, true);
    for (let i = start; i < end; i++) {
      const unit = text.charCodeAt(i);
      if (unit === BLANK) {
        put(BLANK_SIGN, true);
      } else if (!isSurrogate(unit)) {
        if (unit === BLANK_SIGN) this.isExact = false;
        put(unit, true);
      } else {
        const low = unit < 0xdc00 && i + 1 < end ? text.charCodeAt(i + 1) : 0;
        const isPair = (low & 0xfc00) === 0xdc00;
        put(isPair ? unit : REPLACEMENT, true);
        if (isPair) {
          put(low, false);
          i++;
        }
      }
    }
    if (last >= 0) this.next[last] = this.length;
  }

  /** Bytes that units [from, to) have in the text. */
  numTextBytes(from: number, to: number): number {
    let numBytes = 0;
    for (let i = from; i < to; i++) {
      const unit = this.units[i]!;
      if (unit < 0x80) numBytes += 1;
      else if (unit < 0x800 || isSurrogate(unit)) numBytes += 2; // a pair has 4
      else if (unit !== BLANK_SIGN) numBytes += 3;
      else if (i >= this.#added) numBytes += this.#text.charCodeAt(this.#textStart + i - this.#added) === BLANK ? 1 : 3;
    }
    return numBytes;
  }
}
