// The metadata keys of one architecture: 'block_count' of a llama is 'llama.block_count'. Typed and range-checked.
import { type Metadata, type Range, readBooleans, readInteger, readNumber, readString, required } from './metadata.ts';

export class Keys {
  readonly path: string;
  readonly #architecture: string;
  readonly #metadata: Metadata;

  constructor(path: string, architecture: string, metadata: Metadata) {
    this.path = path;
    this.#architecture = architecture;
    this.#metadata = metadata;
  }

  name(key: string): string {
    return `${this.#architecture}.${key}`;
  }

  value(key: string): unknown {
    return this.#metadata.get(this.name(key));
  }

  integer(key: string, range: Range): number | undefined {
    return readInteger(this.path, this.#metadata, this.name(key), range);
  }

  number(key: string, range: Range): number | undefined {
    return readNumber(this.path, this.#metadata, this.name(key), range);
  }

  string(key: string): string | undefined {
    return readString(this.path, this.#metadata, this.name(key));
  }

  booleans(key: string): boolean[] | undefined {
    return readBooleans(this.path, this.#metadata, this.name(key));
  }

  neededInteger(key: string, range: Range): number {
    return required(this.path, this.name(key), this.integer(key, range));
  }

  neededNumber(key: string, range: Range): number {
    return required(this.path, this.name(key), this.number(key, range));
  }
}
