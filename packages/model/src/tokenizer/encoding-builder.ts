// Growing arrays of token ids and of the byte where each starts.
import type { Encoding } from '../contract.ts';

export class EncodingBuilder {
  /** Bytes of the text that were walked over so far. */
  numBytes = 0;
  #ids: Int32Array;
  #byteStarts: Uint32Array;
  #numTokens = 0;

  constructor(textLength: number) {
    const capacity = Math.max(16, textLength >> 2);
    this.#ids = new Int32Array(capacity);
    this.#byteStarts = new Uint32Array(capacity);
  }

  /** A token that starts here and covers numBytes of the text. */
  add(id: number, numBytes: number): void {
    if (this.#numTokens === this.#ids.length) this.#grow();
    this.#ids[this.#numTokens] = id;
    this.#byteStarts[this.#numTokens++] = this.numBytes;
    this.numBytes += numBytes;
  }

  finish(): Encoding {
    const byteStarts = new Uint32Array(this.#numTokens + 1);
    byteStarts.set(this.#byteStarts.subarray(0, this.#numTokens));
    byteStarts[this.#numTokens] = this.numBytes;
    return { ids: this.#ids.slice(0, this.#numTokens), byteStarts };
  }

  #grow(): void {
    const ids = new Int32Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
    const byteStarts = new Uint32Array(ids.length);
    byteStarts.set(this.#byteStarts);
    this.#byteStarts = byteStarts;
  }
}
