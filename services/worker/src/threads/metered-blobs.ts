// A blob store that writes down what was moved and how long each call took: threads have no metrics of their own.
import { performance } from 'node:perf_hooks';
import type { BlobStore } from '@lectern/shared';

export type BlobOperation = 'put' | 'get' | 'stat' | 'list' | 'delete';

export interface BlobTraffic {
  readBytes: number;
  writtenBytes: number;
  operations: Array<{ op: BlobOperation; seconds: number }>;
}

/** Calls above this many per task are counted in bytes but not timed one by one. */
const MAX_OPERATIONS = 4_096;

export class MeteredBlobs implements BlobStore {
  readonly #blobs: BlobStore;
  #traffic: BlobTraffic = { readBytes: 0, writtenBytes: 0, operations: [] };

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  get kind(): BlobStore['kind'] {
    return this.#blobs.kind;
  }

  /** What was moved since the last call. */
  takeTraffic(): BlobTraffic {
    const traffic = this.#traffic;
    this.#traffic = { readBytes: 0, writtenBytes: 0, operations: [] };
    return traffic;
  }

  async put(...args: Parameters<BlobStore['put']>) {
    const stat = await this.#timed('put', () => this.#blobs.put(...args));
    this.#traffic.writtenBytes += stat.numBytes;
    return stat;
  }

  async get(key: string) {
    const bytes = await this.#timed('get', () => this.#blobs.get(key));
    this.#traffic.readBytes += bytes.length;
    return bytes;
  }

  async getRange(key: string, start: number, end: number) {
    const bytes = await this.#timed('get', () => this.#blobs.getRange(key, start, end));
    this.#traffic.readBytes += bytes.length;
    return bytes;
  }

  stat(key: string) {
    return this.#timed('stat', () => this.#blobs.stat(key));
  }

  list(prefix: string) {
    return this.#blobs.list(prefix);
  }

  move(from: string, to: string) {
    return this.#timed('put', () => this.#blobs.move(from, to));
  }

  delete(key: string) {
    return this.#timed('delete', () => this.#blobs.delete(key));
  }

  async #timed<T>(op: BlobOperation, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      if (this.#traffic.operations.length < MAX_OPERATIONS) this.#traffic.operations.push({ op, seconds: (performance.now() - started) / 1000 });
    }
  }
}
