// Opens a safetensors file, or a folder of them, with its config.json and tokenizer.json, as a checked ModelFile. Reads headers, never the weights.
import { join } from 'node:path';
import { z } from 'zod';
import { ServiceError } from '@lectern/shared';
import type { ModelFile, TensorInfo, TensorType } from '../contract.ts';
import { invalidFile, unsupportedFile } from '../gguf/errors.ts';
import { readConfig } from '../gguf/read-config.ts';
import { findShards, type SafetensorsFiles } from './find-shards.ts';
import { toMap } from './json-object.ts';
import { type HuggingFaceConfig, readHuggingFaceConfig } from './read-config.ts';
import { readSafetensorsHeader, type StoredTensor } from './read-header.ts';
import { readJson } from './read-json.ts';
import { readTokenizer } from './read-tokenizer.ts';
import { ggufName, isDerived } from './tensor-names.ts';

const MAX_CONFIG_BYTES = 1 << 20;
const TYPES: ReadonlyMap<string, TensorType> = new Map([['F32', 'F32'], ['F16', 'F16'], ['BF16', 'BF16']]);

const tokenId = z.number().int().nonnegative();
const configSchema = z.looseObject({ eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish() });

export function openSafetensors(path: string): ModelFile {
  try {
    return open(path);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw invalidFile(path, `it cannot be read: ${(error as Error).message}`, {}, error);
  }
}

function open(path: string): ModelFile {
  const files = findShards(path);
  const json = readJson(join(files.folder, 'config.json'), configSchema, MAX_CONFIG_BYTES);
  if (!json) throw invalidFile(path, 'there is no config.json beside the weights');
  const { metadata, rope, softmaxScale, ...config } = readHuggingFaceConfig(join(files.folder, 'config.json'), toMap(json));
  for (const [key, value] of readTokenizer(files.folder, config.vocabSize, [json.eos_token_id ?? []].flat())) metadata.set(key, value);

  const { shards, tensors } = readShards(path, files, config);
  return {
    path,
    numBytes: shards.reduce((sum, { numBytes }) => sum + numBytes, 0),
    shards,
    config: {
      ...readConfig(path, metadata, tensors, ({ name }) => { throw unsupportedFile(path, `it has the tensor ${name}`); }),
      ropeStyle: 'halves', // rows of Q and K are as they were trained; a GGUF llama's are permuted
      ...(rope.factors ? { ropeFactors: rope.factors } : {}),
      ...(softmaxScale === undefined ? {} : { softmaxScale }),
    },
    metadata,
    tensors,
  };
}

type Tying = Pick<HuggingFaceConfig, 'architecture' | 'tiesEmbeddings'>;

function readShards(path: string, { folder, shards: names, shardOf }: SafetensorsFiles, config: Tying): { shards: NonNullable<ModelFile['shards']>; tensors: Map<string, TensorInfo> } {
  const shards: Array<{ path: string; numBytes: number }> = [];
  const tensors = new Map<string, TensorInfo>();
  let numStored = 0;
  for (const [shard, name] of names.entries()) {
    const shardPath = join(folder, name);
    const header = readSafetensorsHeader(shardPath);
    shards.push({ path: shardPath, numBytes: header.numBytes });
    for (const stored of header.tensors) {
      if (shardOf && shardOf.get(stored.name) !== name) throw invalidFile(shardPath, `it has the tensor ${stored.name}, the index puts it into ${shardOf.get(stored.name) ?? 'no file'}`);
      numStored++;
      const tensor = tensorOf(shardPath, stored, config);
      if (!tensor) continue;
      if (tensors.has(tensor.name)) throw invalidFile(path, `tensor ${stored.name} is there twice`);
      tensors.set(tensor.name, { ...tensor, shard });
    }
  }
  if (shardOf && numStored !== shardOf.size) throw invalidFile(path, `its index lists ${shardOf.size} tensors, its files have ${numStored}`);
  if (!config.tiesEmbeddings && !tensors.has('output.weight')) throw invalidFile(path, 'tensor lm_head.weight is missing');
  return { shards, tensors };
}

/** Undefined for one that is not needed. */
function tensorOf(path: string, { name, dtype, shape, offset, numBytes }: StoredTensor, { architecture, tiesEmbeddings }: Tying): TensorInfo | undefined {
  if (isDerived(name) || (tiesEmbeddings && name === 'lm_head.weight')) return undefined;
  const own = ggufName(name, architecture);
  if (own === undefined) throw unsupportedFile(path, `it has the tensor ${name.slice(0, 200)}, which this architecture's code would ignore`, { tensor: name.slice(0, 200) });
  const type = TYPES.get(dtype);
  if (!type) throw unsupportedFile(path, `tensor ${name} is ${dtype}; F32, F16 and BF16 are read`, { tensor: name, found: dtype });
  // Gemma multiplies by 1 + weight.
  const isLessOne = architecture === 'gemma3' && own.endsWith('norm.weight');
  return { name: own, type, shape, offset, numBytes, ...(isLessOne ? { addend: 1 } : {}) };
}
