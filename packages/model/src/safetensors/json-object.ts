// JSON objects as maps, so that the same checked look-ups serve them as GGUF's metadata. null is as if absent.
import { invalidFile } from '../gguf/errors.ts';
import type { Metadata } from '../gguf/metadata.ts';

export const toMap = (object: object): Map<string, unknown> => new Map(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));

/** Undefined where there is none. */
export function asObject(path: string, parent: Metadata | undefined, key: string): Map<string, unknown> | undefined {
  const value = parent?.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidFile(path, `${key} is no JSON object`, { key });
  return toMap(value as object);
}
