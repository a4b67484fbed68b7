// Opens a folder with a BERT sentence encoder (config.json, model.safetensors, tokenizer.json) as a checked description. Reads headers, never
// the weights. What would be computed wrongly is refused.
import { join } from 'node:path';
import { z } from 'zod';
import { ServiceError } from '@lectern/shared';
import type { ModelFile, TensorInfo, TensorType } from '../contract.ts';
import type { BertConfig } from '../embedder/contract.ts';
import { invalidFile, unsupportedFile } from '../gguf/errors.ts';
import { LIMITS } from '../gguf/limits.ts';
import { readSafetensorsHeader } from '../safetensors/read-header.ts';
import { readJson } from '../safetensors/read-json.ts';
import { readVocabulary, type WordPieceVocabulary } from '../tokenizer/wordpiece/read-vocabulary.ts';
import { bertShapes } from './shapes.ts';
import { bertTensorName, isUnused } from './tensor-names.ts';

const MAX_CONFIG_BYTES = 1 << 20;
const MAX_POSITIONS = 1 << 16;
const TYPES: ReadonlyMap<string, TensorType> = new Map([['F32', 'F32'], ['F16', 'F16'], ['BF16', 'BF16']]);

const integer = ({ min, max }: { min: number; max: number }) => z.number().int().min(min).max(max);
const configSchema = z.looseObject({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').nullish(),
  is_decoder: z.literal(false).nullish(),
  num_hidden_layers: integer(LIMITS.numLayers),
  hidden_size: integer(LIMITS.dim),
  num_attention_heads: integer(LIMITS.numHeads),
  intermediate_size: integer(LIMITS.ffnDim),
  vocab_size: integer(LIMITS.vocabSize),
  max_position_embeddings: integer({ min: 2, max: MAX_POSITIONS }),
  type_vocab_size: integer({ min: 1, max: 1024 }),
  layer_norm_eps: z.number().min(LIMITS.rmsNormEps.min).max(LIMITS.rmsNormEps.max),
});

/** Every offset and size lies inside the file, every tensor of the encoder is there with its shape. */
export interface BertFile extends Pick<ModelFile, 'path' | 'numBytes' | 'tensors'> {
  config: BertConfig;
  vocabulary: WordPieceVocabulary;
}

/** `path` of the result is that of the weights. */
export function openBertFile(folder: string): BertFile {
  try {
    return open(folder);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw invalidFile(folder, `it cannot be read: ${(error as Error).message}`, {}, error);
  }
}

function open(folder: string): BertFile {
  const configPath = join(folder, 'config.json');
  const json = readJson(configPath, configSchema, MAX_CONFIG_BYTES);
  if (!json) throw invalidFile(folder, 'it has no config.json');
  const config: BertConfig = {
    numLayers: json.num_hidden_layers, dim: json.hidden_size, numHeads: json.num_attention_heads, ffnDim: json.intermediate_size,
    vocabSize: json.vocab_size, maxTokens: json.max_position_embeddings, numTypes: json.type_vocab_size, layerNormEps: json.layer_norm_eps,
  };
  if (config.dim % config.numHeads !== 0) throw invalidFile(configPath, `${config.numHeads} heads do not divide ${config.dim}`);
  const path = join(folder, 'model.safetensors');
  const { numBytes, tensors } = readTensors(path, bertShapes(config));
  return { path, numBytes, config, tensors, vocabulary: readVocabulary(join(folder, 'tokenizer.json'), config.vocabSize) };
}

function readTensors(path: string, shapes: ReadonlyMap<string, number[]>): { numBytes: number; tensors: Map<string, TensorInfo> } {
  const header = readSafetensorsHeader(path);
  const tensors = new Map<string, TensorInfo>();
  for (const { name, dtype, shape, offset, numBytes } of header.tensors) {
    if (isUnused(name)) continue;
    const own = bertTensorName(name);
    const expected = own === undefined ? undefined : shapes.get(own);
    if (own === undefined || expected === undefined) throw unsupportedFile(path, `it has the tensor ${name.slice(0, 200)}, which an encoder's code would ignore`);
    if (tensors.has(own)) throw invalidFile(path, `tensor ${name} is there twice`);
    const type = TYPES.get(dtype);
    if (!type) throw unsupportedFile(path, `tensor ${name} is ${dtype}; F32, F16 and BF16 are read`, { tensor: name, found: dtype });
    if (shape.length !== expected.length || shape.some((size, i) => size !== expected[i])) {
      throw invalidFile(path, `tensor ${name} has the shape (${shape.join(', ')}), config.json says (${expected.join(', ')})`, { tensor: name });
    }
    tensors.set(own, { name: own, type, shape, offset, numBytes });
  }
  for (const name of shapes.keys()) if (!tensors.has(name)) throw invalidFile(path, `tensor ${name} is missing`, { tensor: name });
  return { numBytes: header.numBytes, tensors };
}
