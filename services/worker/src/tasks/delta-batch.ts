// Hands generated text on: the first piece at once, what follows about ten times a second. One event per token would be too many.

const BATCH_MS = 100;

export class DeltaBatch {
  readonly #send: (text: string) => Promise<void>;
  #text = '';
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;
  /** Sends keep their order; after a failed one the rest is dropped and flush says why. */
  #sent: Promise<void> = Promise.resolve();

  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
    this.#sent.catch(() => undefined);
  }

  push(text: string): void {
    this.#text += text;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#cut();
    }
    this.#timer ??= setTimeout(() => this.#cut(), BATCH_MS);
  }

  /** Resolves when all text was handed on. */
  async flush(): Promise<void> {
    this.#cut();
    await this.#sent;
  }

  #cut(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#sent = this.#sent.then(() => this.#send(text));
    this.#sent.catch(() => undefined); // flush reports it
  }
}
