// Which files hold the weights: the one given, or the folder's model.safetensors, or those that its index lists. And all files that make the model.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { invalidFile } from '../gguf/errors.ts';
import { readJson } from './read-json.ts';

const MAX_INDEX_BYTES = 64 * 2 ** 20;
const MAX_SHARDS = 1000;
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** What beside the weights says how the model computes, reads and speaks. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', INDEX]);

const shardName = z.string().regex(/^[\w.-]+\.safetensors$/, 'is not the name of a .safetensors file in the folder');
const indexSchema = z.object({ weight_map: z.record(z.string(), shardName) });

export interface SafetensorsFiles {
  folder: string;
  /** Names inside the folder. */
  shards: string[];
  /** Tensor -> the shard that has it; absent where there is one file. */
  shardOf?: ReadonlyMap<string, string>;
}

export const isSafetensorsPath = (path: string): boolean => /\.safetensors$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

export function findShards(path: string): SafetensorsFiles {
  if (/\.safetensors$/i.test(path)) return { folder: dirname(path), shards: [basename(path)] };
  const index = readJson(join(path, INDEX), indexSchema, MAX_INDEX_BYTES);
  if (!index) {
    if (!statSync(join(path, SINGLE), { throwIfNoEntry: false })) throw invalidFile(path, `the folder has neither ${SINGLE} nor ${INDEX}`);
    return { folder: path, shards: [SINGLE] };
  }
  const shardOf = new Map(Object.entries(index.weight_map));
  const shards = [...new Set(shardOf.values())].sort();
  if (shards.length === 0 || shards.length > MAX_SHARDS) throw invalidFile(path, `${INDEX} lists ${shards.length} files, 1 to ${MAX_SHARDS} are read`);
  return { folder: path, shards, shardOf };
}

/** Absolute or relative as `path` is; sorted. Together they are the model's identity. */
export function safetensorsFiles(path: string): string[] {
  const { folder, shards } = findShards(path);
  const descriptions = readdirSync(folder).filter((name) => DESCRIPTIONS.has(name) && (name !== INDEX || !/\.safetensors$/i.test(path)));
  return [...shards, ...descriptions].sort().map((name) => join(folder, name));
}
