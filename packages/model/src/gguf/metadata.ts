// Typed, range-checked look-ups in a model file's metadata. Every file is untrusted: nothing is used without passing here.
import { invalidFile } from './errors.ts';

export type Metadata = ReadonlyMap<string, unknown>;

export interface Range {
  min: number;
  max: number;
}

export function readNumber(path: string, metadata: Metadata, key: string, range: Range): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) {
    throw invalidFile(path, `${key} is ${describe(value)}, not a number from ${range.min} to ${range.max}`, { key, limit: range.max });
  }
  return value;
}

export function readInteger(path: string, metadata: Metadata, key: string, range: Range): number | undefined {
  const value = readNumber(path, metadata, key, range);
  if (value !== undefined && !Number.isInteger(value)) throw invalidFile(path, `${key} is ${value}, not an integer`, { key });
  return value;
}

export function readString(path: string, metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'string') throw invalidFile(path, `${key} is ${describe(value)}, not a string`, { key });
  return value;
}

export function readBoolean(path: string, metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value !== undefined && typeof value !== 'boolean') throw invalidFile(path, `${key} is ${describe(value)}, not a boolean`, { key });
  return value;
}

export function readStrings(path: string, metadata: Metadata, key: string): string[] | undefined {
  return readArrayOf<string>(path, metadata, key, 'string');
}

export function readNumbers(path: string, metadata: Metadata, key: string): number[] | undefined {
  return readArrayOf<number>(path, metadata, key, 'number');
}

export function readBooleans(path: string, metadata: Metadata, key: string): boolean[] | undefined {
  return readArrayOf<boolean>(path, metadata, key, 'boolean');
}

export function required<T>(path: string, key: string, value: T | undefined): T {
  if (value === undefined) throw invalidFile(path, `${key} is missing`, { key });
  return value;
}

/** All elements of a GGUF array have one type, so the first tells. */
function readArrayOf<T>(path: string, metadata: Metadata, key: string, type: string): T[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || (value.length > 0 && typeof value[0] !== type)) {
    throw invalidFile(path, `${key} is ${describe(value)}, not an array of ${type}s`, { key });
  }
  return value as T[];
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
