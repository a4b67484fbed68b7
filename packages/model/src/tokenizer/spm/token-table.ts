// Which token a stretch of a piece is: a hash table over code units whose hits are compared, so it never errs.
import type { Piece } from './piece.ts';

const MULTIPLIER = 0x0100_01b3;

export class TokenTable {
  readonly #mask: number;
  readonly #slots: Int32Array; // (capacity) token, -1 is empty
  readonly #starts: Uint32Array; // (vocabSize + 1)
  readonly #units: Uint16Array; // code units of all tokens
  readonly #powers: Int32Array; // (longest token + 1): MULTIPLIER^i modulo 2^32

  /** Only tokens that `isIn` says are found; of two with one text, the later one. */
  constructor(tokens: readonly string[], isIn: (token: number) => boolean) {
    const capacity = 2 ** Math.ceil(Math.log2(tokens.length * 2 + 2));
    this.#mask = capacity - 1;
    this.#slots = new Int32Array(capacity).fill(-1);
    this.#starts = new Uint32Array(tokens.length + 1);
    let longest = 0;
    for (const [token, { length }] of tokens.entries()) {
      this.#starts[token + 1] = this.#starts[token]! + length;
      longest = Math.max(longest, length);
    }
    this.#units = new Uint16Array(this.#starts[tokens.length]!);
    this.#powers = new Int32Array(longest + 1).fill(1);
    for (let i = 1; i <= longest; i++) this.#powers[i] = Math.imul(this.#powers[i - 1]!, MULTIPLIER);
    for (const [token, text] of tokens.entries()) this.#add(token, text, isIn(token));
  }

  /** The token that is piece[from, to), else -1. */
  find(piece: Piece, from: number, to: number): number {
    const length = to - from;
    if (length >= this.#powers.length) return -1;
    const hash = (piece.hashes[to]! - Math.imul(piece.hashes[from]!, this.#powers[length]!)) | 0;
    for (let slot = mix(hash) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const token = this.#slots[slot]!;
      if (token < 0 || this.#equals(token, piece.units, from, length)) return token;
    }
  }

  #add(token: number, text: string, isIn: boolean): void {
    const start = this.#starts[token]!;
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      this.#units[start + i] = text.charCodeAt(i);
      hash = nextHash(hash, text.charCodeAt(i));
    }
    if (!isIn || text.length === 0) return;
    let slot = mix(hash) & this.#mask;
    while (this.#slots[slot]! >= 0 && !this.#equals(this.#slots[slot]!, this.#units, start, text.length)) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = token;
  }

  #equals(token: number, units: Uint16Array, from: number, length: number): boolean {
    const start = this.#starts[token]!;
    if (this.#starts[token + 1]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#units[start + i] !== units[from + i]) return false;
    return true;
  }
}

/** Hash of a text from the hash of what precedes its last code unit: a polynomial, so that any stretch's hash follows from two prefixes'. */
export const nextHash = (hash: number, unit: number): number => (Math.imul(hash, MULTIPLIER) + unit + 1) | 0;

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
