// A model file's configuration: hyperparameters in sane ranges, and the tensors with their shapes. A key or tensor that would change the
// computation and is not implemented is refused, never ignored.
import { ARCHITECTURES, type Architecture, type CommonConfig, isArchitecture } from './architectures/index.ts';
import { invalidFile, unsupportedFile } from './errors.ts';
import { Keys } from './keys.ts';
import { LIMITS } from './limits.ts';
import { readString, readStrings, required, type Metadata } from './metadata.ts';
import { ROPE_FACTORS_TENSOR, ropeFactorsOf } from './rope-factors.ts';
import { checkTensors, shapesOf } from './shapes.ts';
import type { TensorInfo, TransformerConfig } from '../contract.ts';

/** Keys that llama.cpp obeys for one architecture or another; only the neutral value is accepted. */
const NEUTRAL: ReadonlyArray<readonly [key: string, neutral: unknown]> = [
  ['expert_count', 0], ['expert_used_count', 0],
  ['attention.scale', 0], ['attention.causal', true], ['attention.clamp_kqv', 0], ['attention.max_alibi_bias', 0],
  ['attention.temperature_scale', 0], ['attention.temperature_length', 0],
  ['rope.scaling.attn_factor', 1],
  ['logit_scale', 1], ['residual_scale', 1], ['embedding_scale', 1], ['pooling_type', 0], ['use_parallel_residual', false],
];

/** `floats`: the values of a small tensor of the file. */
export function readConfig(
  path: string, metadata: Metadata, tensors: ReadonlyMap<string, TensorInfo>, floats: (tensor: TensorInfo) => Float32Array,
): TransformerConfig {
  const name = required(path, 'general.architecture', readString(path, metadata, 'general.architecture'));
  if (!isArchitecture(name)) {
    throw unsupportedFile(path, `architecture ${JSON.stringify(name.slice(0, 80))}; ${Object.keys(ARCHITECTURES).join(', ')} are run`);
  }
  const architecture = ARCHITECTURES[name];
  const keys = new Keys(path, name, metadata);
  for (const [key, neutral] of [...NEUTRAL, ...(architecture.neutral ?? [])]) {
    const value = keys.value(key);
    if (value !== undefined && value !== neutral) throw unsupportedFile(path, `${keys.name(key)} is ${String(value).slice(0, 80)}`, { key: keys.name(key) });
  }
  const common = readCommon(keys, metadata, architecture, tensors);
  const config: TransformerConfig = { architecture: name, ...common, ...architecture.features(keys, common) };
  const factorsTensor = architecture.hasRopeFactors ? tensors.get(ROPE_FACTORS_TENSOR) : undefined;
  checkTensors(path, tensors, shapesOf(config, factorsTensor !== undefined));
  const ropeFactors = ropeFactorsOf(keys, config.headDim, factorsTensor && floats(factorsTensor));
  return { ...config, ...(ropeFactors ? { ropeFactors } : {}) };
}

function readCommon(keys: Keys, metadata: Metadata, { ropeStyle }: Architecture, tensors: ReadonlyMap<string, TensorInfo>): CommonConfig {
  const { path } = keys;
  const dim = keys.neededInteger('embedding_length', LIMITS.dim);
  const numHeads = keys.neededInteger('attention.head_count', LIMITS.numHeads);
  const numKvHeads = keys.integer('attention.head_count_kv', LIMITS.numHeads) ?? numHeads;
  if (numHeads % numKvHeads !== 0) throw invalidFile(path, `${numHeads} heads are not a multiple of ${numKvHeads} KV heads`, { numHeads, numKvHeads });
  return {
    name: readString(path, metadata, 'general.name') ?? 'unnamed',
    numLayers: keys.neededInteger('block_count', LIMITS.numLayers),
    dim,
    numHeads,
    numKvHeads,
    headDim: readHeadDim(keys, dim, numHeads),
    ffnDim: keys.neededInteger('feed_forward_length', LIMITS.ffnDim),
    vocabSize: readVocabSize(keys, metadata),
    contextLength: keys.neededInteger('context_length', LIMITS.contextLength),
    ropeTheta: keys.number('rope.freq_base', LIMITS.ropeTheta) ?? 10_000,
    ropeStyle,
    rmsNormEps: keys.neededNumber('attention.layer_norm_rms_epsilon', LIMITS.rmsNormEps),
    tiedEmbeddings: !tensors.has('output.weight'),
  };
}

/** Of keys, values and RoPE: they must be the same. */
function readHeadDim(keys: Keys, dim: number, numHeads: number): number {
  const headDim = keys.integer('attention.key_length', LIMITS.headDim) ?? dim / numHeads;
  if (headDim % 2 !== 0 || headDim < LIMITS.headDim.min || headDim > LIMITS.headDim.max) {
    throw invalidFile(keys.path, `head dim ${headDim} is not an even number up to ${LIMITS.headDim.max}`, { headDim });
  }
  const valueDim = keys.integer('attention.value_length', LIMITS.headDim) ?? headDim;
  if (valueDim !== headDim) throw unsupportedFile(keys.path, `values of ${valueDim} dims beside keys of ${headDim}`);
  const ropeDim = keys.integer('rope.dimension_count', LIMITS.headDim) ?? headDim;
  if (ropeDim !== headDim) throw unsupportedFile(keys.path, `RoPE over ${ropeDim} of ${headDim} dims`);
  return headDim;
}

function readVocabSize(keys: Keys, metadata: Metadata): number {
  const { path } = keys;
  const vocabSize = required(path, 'tokenizer.ggml.tokens', readStrings(path, metadata, 'tokenizer.ggml.tokens')).length;
  if (vocabSize < LIMITS.vocabSize.min || vocabSize > LIMITS.vocabSize.max) throw invalidFile(path, `a vocabulary of ${vocabSize} tokens`, { vocabSize });
  const stated = keys.integer('vocab_size', LIMITS.vocabSize) ?? vocabSize;
  if (stated !== vocabSize) throw invalidFile(path, `${keys.name('vocab_size')} is ${stated}, the vocabulary has ${vocabSize} tokens`);
  return vocabSize;
}
