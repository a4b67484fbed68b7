// Reads a file front to back through one small buffer; every read is checked against the end of the file and a limit on the whole header.
// Synchronous on purpose: a vocabulary is hundreds of thousands of short reads.
import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';
import { invalidFile } from './errors.ts';

const BUFFER_BYTES = 1 << 20;
const MAX_HEADER_BYTES = 512 * 2 ** 20;
const MAX_STRING_BYTES = 8 * 2 ** 20;

export class ByteReader {
  readonly path: string;
  readonly numBytes: number;
  readonly #fd: number;
  #buffer = Buffer.alloc(0);
  #bufferStart = 0; // file offset of the buffer's first byte
  #at = 0; // in the buffer

  constructor(path: string, fd: number, numBytes: number) {
    this.path = path;
    this.numBytes = numBytes;
    this.#fd = fd;
  }

  get offset(): number {
    return this.#bufferStart + this.#at;
  }

  get numBytesLeft(): number {
    return Math.min(this.numBytes, MAX_HEADER_BYTES) - this.offset;
  }

  /** Throws unless `count` things of at least `minBytes` each can still follow. Call it before allocating for them. */
  expect(count: number, minBytes: number, what: string): void {
    if (count * minBytes <= this.numBytesLeft) return;
    throw invalidFile(this.path, `${what} at byte ${this.offset} would need at least ${count * minBytes} bytes, ${this.numBytesLeft} are left`, {
      offset: this.offset, needed: count * minBytes, limit: this.numBytesLeft,
    });
  }

  /** The next bytes, valid until the next call. */
  bytes(count: number, what: string): Buffer {
    this.expect(count, 1, what);
    if (this.#at + count > this.#buffer.length) this.#refill(count, what);
    this.#at += count;
    return this.#buffer.subarray(this.#at - count, this.#at);
  }

  u32(what: string): number {
    return this.bytes(4, what).readUInt32LE(0);
  }

  /** A 64-bit count or size. Anything a double cannot hold exactly is refused: no file is that large. */
  u64(what: string): number {
    const value = this.bytes(8, what).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw invalidFile(this.path, `${what} at byte ${this.offset - 8} is ${value}`, { found: String(value), limit: Number.MAX_SAFE_INTEGER });
    }
    return Number(value);
  }

  string(what: string, maxBytes = MAX_STRING_BYTES): string {
    const length = this.u64(`length of ${what}`);
    if (length > maxBytes) {
      throw invalidFile(this.path, `${what} has ${length} bytes, at most ${maxBytes} are read`, { found: length, limit: maxBytes });
    }
    const bytes = this.bytes(length, what);
    if (!isUtf8(bytes)) throw invalidFile(this.path, `${what} at byte ${this.offset - length} is not UTF-8`);
    return bytes.toString('utf8');
  }

  #refill(count: number, what: string): void {
    const start = this.offset;
    const next = Buffer.alloc(Math.min(Math.max(count, BUFFER_BYTES), this.numBytes - start));
    let filled = 0;
    while (filled < next.length) {
      const read = readSync(this.#fd, next, filled, next.length - filled, start + filled);
      if (read === 0) throw invalidFile(this.path, `the file ended while ${what} was read (it shrank to ${start + filled} bytes)`);
      filled += read;
    }
    this.#buffer = next;
    this.#bufferStart = start;
    this.#at = 0;
  }
}
