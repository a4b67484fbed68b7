// Blob files read with blocking calls, and hashed once as long as nobody changes them.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { checked, clamped, endedEarly, missing, tooShort } from './file-checks.ts';
import { TRAILER_BYTES } from './trailer.ts';
import { VerifiedFiles } from './verified.ts';

export class BlockingReads {
  readonly #pathOf: (key: string) => string;
  readonly #verified = new VerifiedFiles();

  constructor(pathOf: (key: string) => string) {
    this.#pathOf = pathOf;
  }

  /** The whole blob, verified. */
  get(key: string): Buffer {
    return this.#withFile(key, (file) => {
      const facts = fstatSync(file, { bigint: true });
      const whole = readFileSync(file);
      const isKnown = this.#verified.has(key, facts) && whole.length === Number(facts.size);
      const blob = isKnown ? whole.subarray(0, whole.length - TRAILER_BYTES) : checked(key, whole);
      if (!isKnown) this.#verified.add(key, facts);
      return blob;
    });
  }

  /** Bytes [start, end), clamped; not verified. */
  range(key: string, start: number, end: number): Buffer {
    return this.#withFile(key, (file) => {
      const numBytes = fstatSync(file).size - TRAILER_BYTES;
      if (numBytes < 0) throw tooShort(key);
      const { from, to } = clamped(start, end, numBytes);
      const part = Buffer.allocUnsafe(to - from);
      for (let filled = 0; filled < part.length;) {
        const bytesRead = readSync(file, part, filled, part.length - filled, from + filled);
        if (bytesRead === 0) throw endedEarly(key, from + filled, to);
        filled += bytesRead;
      }
      return part;
    });
  }

  #withFile<T>(key: string, work: (file: number) => T): T {
    const path = this.#pathOf(key);
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing(key, error) : error;
    }
    try {
      return work(file);
    } finally {
      closeSync(file);
    }
  }
}
