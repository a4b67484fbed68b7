// config.json as GGUF's metadata, which is then read and checked as a GGUF file's is; and what that metadata has no words for.
// A setting that would change the computation and is not implemented is refused, never ignored.
import type { TransformerConfig } from '../contract.ts';
import { unsupportedFile } from '../gguf/errors.ts';
import { LIMITS } from '../gguf/limits.ts';
import { readBoolean, readInteger, readNumber, readString, readStrings, required, type Metadata } from '../gguf/metadata.ts';
import { type Rope, readRope } from './rope.ts';

interface Family {
  architecture: TransformerConfig['architecture'];
  activation: string;
  tiesEmbeddings: boolean;
  headDim?: number;
  ropeTheta: number;
  /** Only this value is run. */
  neutral: ReadonlyArray<readonly [key: string, value: unknown]>;
}

const UNBIASED = [['attention_bias', false]] as const;
const FULL = [['use_sliding_window', false]] as const;

/** By model_type; the values are what the configuration class of transformers has where config.json is silent. */
const FAMILIES: Readonly<Record<string, Family>> = {
  llama: { architecture: 'llama', activation: 'silu', tiesEmbeddings: false, ropeTheta: 10_000, neutral: [...UNBIASED, ['mlp_bias', false]] },
  qwen2: { architecture: 'qwen2', activation: 'silu', tiesEmbeddings: false, ropeTheta: 10_000, neutral: FULL },
  qwen3: { architecture: 'qwen3', activation: 'silu', tiesEmbeddings: false, headDim: 128, ropeTheta: 10_000, neutral: [...UNBIASED, ...FULL] },
  gemma3_text: {
    architecture: 'gemma3', activation: 'gelu_pytorch_tanh', tiesEmbeddings: true, headDim: 256, ropeTheta: 1_000_000,
    neutral: [...UNBIASED, ['attn_logit_softcapping', undefined], ['final_logit_softcapping', undefined], ['use_bidirectional_attention', false]],
  },
};

export interface HuggingFaceConfig {
  architecture: TransformerConfig['architecture'];
  tiesEmbeddings: boolean;
  vocabSize: number;
  /** GGUF's keys without those of the tokenizer. */
  metadata: Map<string, unknown>;
  rope: Rope;
  softmaxScale: number | undefined;
}

export function readHuggingFaceConfig(path: string, config: Metadata): HuggingFaceConfig {
  const type = required(path, 'model_type', readString(path, config, 'model_type'));
  const family = Object.hasOwn(FAMILIES, type) ? FAMILIES[type]! : undefined;
  if (!family) throw unsupportedFile(path, `model_type ${JSON.stringify(type.slice(0, 80))}; ${Object.keys(FAMILIES).join(', ')} are run`);
  const { architecture } = family;
  for (const [key, value] of [...family.neutral, ['quantization_config', undefined]] as const) {
    if (config.has(key) && config.get(key) !== value) throw unsupportedFile(path, `${key} is ${JSON.stringify(config.get(key)).slice(0, 80)}`, { key });
  }
  const activation = readString(path, config, 'hidden_activation') ?? readString(path, config, 'hidden_act') ?? family.activation;
  if (activation !== family.activation) throw unsupportedFile(path, `its activation is ${activation.slice(0, 80)}; ${family.activation} is run`);

  const integer = (key: keyof typeof KEYS) => readInteger(path, config, key, LIMITS[KEYS[key]]);
  const needed = (key: keyof typeof KEYS) => required(path, key, integer(key));
  const [dim, numHeads, numLayers] = [needed('hidden_size'), needed('num_attention_heads'), needed('num_hidden_layers')];
  const headDim = integer('head_dim') ?? family.headDim ?? dim / numHeads;
  const rope = readRope(path, config, headDim, family.ropeTheta);
  const own: Array<[string, unknown]> = [
    ['embedding_length', dim], ['block_count', numLayers], ['attention.head_count', numHeads],
    ['attention.head_count_kv', integer('num_key_value_heads') ?? numHeads],
    ['attention.key_length', headDim], ['attention.value_length', headDim],
    ['feed_forward_length', needed('intermediate_size')], ['context_length', needed('max_position_embeddings')],
    ['attention.layer_norm_rms_epsilon', required(path, 'rms_norm_eps', readNumber(path, config, 'rms_norm_eps', LIMITS.rmsNormEps))],
    ['rope.freq_base', rope.theta],
    ...(architecture === 'gemma3' ? slidingKeys(path, config, numLayers, rope) : fullOnly(path, config)),
  ];
  const scalar = architecture === 'gemma3' ? readNumber(path, config, 'query_pre_attn_scalar', { min: 1e-3, max: 1e6 }) : undefined;
  return {
    architecture,
    tiesEmbeddings: readBoolean(path, config, 'tie_word_embeddings') ?? family.tiesEmbeddings,
    vocabSize: needed('vocab_size'),
    metadata: new Map<string, unknown>([
      ['general.architecture', architecture],
      ['general.name', (readString(path, config, '_name_or_path') || type).slice(0, 200)],
      ...own.map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ]),
    rope,
    softmaxScale: scalar === undefined ? undefined : 1 / Math.sqrt(scalar),
  };
}

const KEYS = {
  hidden_size: 'dim', num_attention_heads: 'numHeads', num_hidden_layers: 'numLayers', num_key_value_heads: 'numHeads', head_dim: 'headDim',
  intermediate_size: 'ffnDim', max_position_embeddings: 'contextLength', vocab_size: 'vocabSize',
} as const;

const SLIDING = 'sliding_attention';

function layerTypes(path: string, config: Metadata): string[] | undefined {
  const types = readStrings(path, config, 'layer_types');
  const unknown = types?.find((type) => type !== SLIDING && type !== 'full_attention');
  if (unknown !== undefined) throw unsupportedFile(path, `a layer of type ${JSON.stringify(unknown).slice(0, 80)}`);
  return types;
}

function fullOnly(path: string, config: Metadata): [] {
  if (layerTypes(path, config)?.includes(SLIDING)) throw unsupportedFile(path, 'it has sliding layers, which this architecture is run without');
  return [];
}

/** Layers by name, or every so many full: 6 unless stated. */
function slidingKeys(path: string, config: Metadata, numLayers: number, rope: Rope): Array<[string, unknown]> {
  const types = layerTypes(path, config)?.map((type) => type === SLIDING);
  const period = readInteger(path, config, 'sliding_window_pattern', LIMITS.numLayers) ?? readInteger(path, config, '_sliding_window_pattern', LIMITS.numLayers);
  return [
    ['attention.sliding_window', readInteger(path, config, 'sliding_window', LIMITS.contextLength) ?? 4096],
    ['rope.freq_base_swa', rope.slidingTheta],
    ['attention.sliding_window_pattern', types ?? Array.from({ length: numLayers }, (_, layer) => (layer + 1) % (period ?? 6) !== 0)],
  ];
}
