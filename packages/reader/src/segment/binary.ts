// Typed arrays in one file: sections of 4-byte aligned arrays whose lengths the header states. Read as untrusted bytes.
import { ServiceError } from '@lectern/shared';

export class SectionWriter {
  readonly #parts: Buffer[] = [];

  add(array: Uint32Array | Int32Array | Float32Array | Int8Array): this {
    this.#parts.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    const padding = -array.byteLength & 3;
    if (padding > 0) this.#parts.push(Buffer.alloc(padding));
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export class SectionReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** `what`: the blob's key, which errors name. */
  constructor(bytes: Uint8Array, what: string) {
    // Views of 4-byte numbers need aligned memory, which a pooled buffer may not have.
    this.#bytes = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
    this.#what = what;
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(this.#bytes.buffer, this.#take(length, 4), length);
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.#bytes.buffer, this.#take(length, 4), length);
  }

  int8(length: number): Int8Array {
    return new Int8Array(this.#bytes.buffer, this.#take(length, 1), length);
  }

  end(): void {
    this.check(this.#at === this.#bytes.length, `${this.#bytes.length} bytes where the header says ${this.#at}`);
  }

  check(condition: boolean, problem: string): void {
    if (!condition) throw new ServiceError('BLOB_CORRUPT', `${this.#what}: ${problem}`, { details: { key: this.#what } });
  }

  #take(length: number, size: number): number {
    const numBytes = length * size;
    this.check(Number.isSafeInteger(numBytes) && length >= 0 && this.#at + numBytes <= this.#bytes.length,
      `cut short: ${numBytes} bytes wanted at ${this.#at} of ${this.#bytes.length}`);
    const offset = this.#bytes.byteOffset + this.#at;
    this.#at += numBytes + (-numBytes & 3);
    return offset;
  }
}

/** start <= ... <= start + n, beginning at 0: what cuts a section into blocks. */
export function checkAscending(reader: SectionReader, starts: Uint32Array, last: number, what: string): void {
  for (let i = 1; i < starts.length; i++) reader.check(starts[i - 1] <= starts[i], `${what} do not ascend at ${i}`);
  reader.check(starts[0] === 0 && starts[starts.length - 1] === last, `${what} run from ${starts[0]} to ${starts[starts.length - 1]}, not from 0 to ${last}`);
}
