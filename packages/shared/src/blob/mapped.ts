// Blobs of a folder as mapped files. A file is hashed when it is mapped; from then on its state is compared at every use, as in verified.ts:
// who changes, replaces, cuts or deletes a file changes its state, and it is looked at anew. A mapping stays what was hashed when another
// file takes its name. What a disk loses by itself shows as late as when the file is mapped again.
import { findDamage, TRAILER_BYTES } from './trailer.ts';
import { SETTLED_AFTER_MS } from './verified.ts';

/** What maps files: Node itself cannot. A state is what changes with a file's content, as bytes to compare. */
export interface FileMapper {
  /** (paths.length, STATE_BYTES); zeros where there is no such file. */
  states(paths: readonly string[]): Buffer;
  /**
   * Undefined where it cannot be mapped. The bytes are read only: a write ends the process, and so does reading what was cut off a file
   * after its state was compared.
   */
  map(path: string): { bytes: ArrayBuffer; state: Buffer } | undefined;
}

/** Five 64-bit integers: device, inode, size, and nanoseconds of the last change of content and of the file's entry. */
export const STATE_BYTES = 40;
const MODIFIED_AT = 24;

/** A system allows some 65,000 mappings of a process; the longest unused ones go. */
const MAX_MAPPED = 16_384;

interface MappedBlob {
  path: string;
  state: Buffer; // (STATE_BYTES)
  blob: Buffer; // without its trailer
}

export class MappedBlobs {
  readonly #mapper: FileMapper;
  readonly #pathOf: (key: string) => string;
  readonly #read: (key: string) => Buffer;
  readonly #mapped = new Map<string, MappedBlob>(); // the least recently used first

  /** `read`: a blob, verified, where it cannot be mapped; it throws what is wrong with it. */
  constructor(mapper: FileMapper, pathOf: (key: string) => string, read: (key: string) => Buffer) {
    this.#mapper = mapper;
    this.#pathOf = pathOf;
    this.#read = read;
  }

  /** The same object for the same key as long as its file is the same. */
  views(keys: readonly string[]): Buffer[] {
    const paths = keys.map((key) => this.#mapped.get(key)?.path ?? this.#pathOf(key));
    const states = this.#mapper.states(paths);
    return keys.map((key, i) => {
      const known = this.#mapped.get(key);
      if (known === undefined) return this.#add(key, paths[i]!);
      this.#mapped.delete(key);
      if (known.state.compare(states, i * STATE_BYTES, (i + 1) * STATE_BYTES) !== 0) return this.#add(key, paths[i]!);
      this.#mapped.set(key, known);
      return known.blob;
    });
  }

  #add(key: string, path: string): Buffer {
    const mapped = this.#mapper.map(path);
    const whole = mapped && Buffer.from(mapped.bytes);
    if (whole === undefined || findDamage(whole) !== undefined) return this.#read(key);
    const blob = whole.subarray(0, whole.length - TRAILER_BYTES);
    if (isSettled(mapped!.state)) this.#keep(key, { path, state: mapped!.state, blob });
    return blob;
  }

  #keep(key: string, mapped: MappedBlob): void {
    this.#mapped.set(key, mapped);
    if (this.#mapped.size <= MAX_MAPPED) return;
    for (const oldest of this.#mapped.keys()) {
      this.#mapped.delete(oldest);
      return;
    }
  }
}

const isSettled = (state: Buffer): boolean => Date.now() - Number(state.readBigInt64LE(MODIFIED_AT)) / 1e6 >= SETTLED_AFTER_MS;
