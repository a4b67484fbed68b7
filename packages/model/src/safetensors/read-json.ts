// A JSON file beside the weights, bounded and checked for its form.
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { invalidFile } from '../gguf/errors.ts';

/** Undefined when there is no such file. */
export function readJson<T>(path: string, schema: z.ZodType<T>, maxBytes: number): T | undefined {
  const text = readText(path, maxBytes);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalidFile(path, `it is not JSON: ${(error as Error).message.slice(0, 200)}`, {}, error);
  }
  const checked = schema.safeParse(json);
  if (!checked.success) throw invalidFile(path, z.prettifyError(checked.error).slice(0, 500));
  return checked.data;
}

export function readText(path: string, maxBytes: number): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (!stat.isFile()) throw invalidFile(path, 'it is not a regular file');
  if (stat.size > maxBytes) throw invalidFile(path, `it has ${stat.size} bytes, at most ${maxBytes} are read`, { found: stat.size, limit: maxBytes });
  return readFileSync(path, 'utf8');
}
