// The bytes of all tokens in one buffer: a view per token would cost more than the vocabulary.

export class TokenBytes {
  readonly numTokens: number;
  /** Bytes of each token. (numTokens) */
  readonly numBytesOf: Int32Array;
  readonly #starts: Uint32Array; // (numTokens + 1)
  readonly #all: Uint8Array;

  /** bytesOf: what a token's text in the vocabulary stands for; a string stands for its UTF-8. */
  constructor(tokens: readonly string[], bytesOf: (text: string, id: number) => Uint8Array | string) {
    this.numTokens = tokens.length;
    this.numBytesOf = new Int32Array(tokens.length);
    this.#starts = new Uint32Array(tokens.length + 1);
    const all = Buffer.allocUnsafe(tokens.reduce((sum, text) => sum + 3 * text.length, 0));
    let at = 0;
    for (const [id, text] of tokens.entries()) {
      const bytes = bytesOf(text, id);
      if (typeof bytes === 'string') at += all.write(bytes, at, 'utf8');
      else {
        all.set(bytes, at);
        at += bytes.length;
      }
      this.#starts[id + 1] = at;
      this.numBytesOf[id] = at - this.#starts[id]!;
    }
    this.#all = new Uint8Array(all.subarray(0, at));
  }

  at(id: number): Uint8Array {
    return this.#all.subarray(this.#starts[id], this.#starts[id + 1]);
  }
}
