// The llama architecture as GGUF describes it: hyperparameters in sane ranges, and the tensors with their shapes.
// A key or tensor that would change the computation and is not implemented is refused, never ignored.
import { invalidFile, unsupportedFile } from './errors.ts';
import { readInteger, readNumber, readString, readStrings, required, type Metadata } from './metadata.ts';
import type { TensorInfo, TransformerConfig } from '../contract.ts';

const LIMITS = {
  numLayers: { min: 1, max: 1024 },
  dim: { min: 2, max: 65_536 },
  ffnDim: { min: 1, max: 1 << 20 },
  numHeads: { min: 1, max: 1024 },
  headDim: { min: 2, max: 1024 },
  vocabSize: { min: 2, max: 1 << 22 },
  contextLength: { min: 1, max: 1 << 24 },
  ropeTheta: { min: 1, max: 1e12 },
  rmsNormEps: { min: 1e-12, max: 0.1 },
} as const;

/** Keys that llama.cpp obeys for this architecture; only the neutral value is accepted. */
const NEUTRAL: ReadonlyArray<readonly [key: string, neutral: unknown]> = [
  ['llama.expert_count', 0],
  ['llama.attention.scale', 0],
  ['llama.rope.scaling.type', 'none'],
  ['llama.rope.scaling.factor', 1],
  ['llama.rope.scale_linear', 1],
  ['llama.attention.sliding_window', 0],
  ['llama.attention.causal', true],
];

type Tensors = ReadonlyMap<string, TensorInfo>;

export function llamaConfig(path: string, metadata: Metadata, tensors: Tensors): TransformerConfig {
  for (const [key, neutral] of NEUTRAL) {
    const value = metadata.get(key);
    if (value !== undefined && value !== neutral) throw unsupportedFile(path, `${key} is ${String(value).slice(0, 80)}`, { key });
  }
  const integer = (key: string, range: { min: number; max: number }) => readInteger(path, metadata, `llama.${key}`, range);
  const needed = (key: string, range: { min: number; max: number }) => required(path, `llama.${key}`, integer(key, range));

  const dim = needed('embedding_length', LIMITS.dim);
  const numHeads = needed('attention.head_count', LIMITS.numHeads);
  const numKvHeads = integer('attention.head_count_kv', LIMITS.numHeads) ?? numHeads;
  if (numHeads % numKvHeads !== 0) throw invalidFile(path, `${numHeads} heads are not a multiple of ${numKvHeads} KV heads`, { numHeads, numKvHeads });

  const headDim = integer('attention.key_length', LIMITS.headDim) ?? dim / numHeads;
  if (headDim % 2 !== 0 || headDim < LIMITS.headDim.min || headDim > LIMITS.headDim.max) {
    throw invalidFile(path, `head dim ${headDim} is not an even number up to ${LIMITS.headDim.max}`, { headDim });
  }
  const valueDim = integer('attention.value_length', LIMITS.headDim) ?? headDim;
  if (valueDim !== headDim) throw unsupportedFile(path, `values of ${valueDim} dims beside keys of ${headDim}`);
  const ropeDim = integer('rope.dimension_count', LIMITS.headDim) ?? headDim;
  if (ropeDim !== headDim) throw unsupportedFile(path, `RoPE over ${ropeDim} of ${headDim} dims`);

  const vocabSize = required(path, 'tokenizer.ggml.tokens', readStrings(path, metadata, 'tokenizer.ggml.tokens')).length;
  if (vocabSize < LIMITS.vocabSize.min || vocabSize > LIMITS.vocabSize.max) throw invalidFile(path, `a vocabulary of ${vocabSize} tokens`, { vocabSize });
  const statedVocabSize = integer('vocab_size', LIMITS.vocabSize) ?? vocabSize;
  if (statedVocabSize !== vocabSize) throw invalidFile(path, `llama.vocab_size is ${statedVocabSize}, the vocabulary has ${vocabSize} tokens`);

  const config: TransformerConfig = {
    architecture: 'llama',
    name: readString(path, metadata, 'general.name') ?? 'unnamed',
    numLayers: needed('block_count', LIMITS.numLayers),
    dim,
    numHeads,
    numKvHeads,
    headDim,
    ffnDim: needed('feed_forward_length', LIMITS.ffnDim),
    vocabSize,
    contextLength: needed('context_length', LIMITS.contextLength),
    ropeTheta: readNumber(path, metadata, 'llama.rope.freq_base', LIMITS.ropeTheta) ?? 10_000,
    ropeStyle: 'interleaved',
    rmsNormEps: required(path, 'llama.attention.layer_norm_rms_epsilon',
      readNumber(path, metadata, 'llama.attention.layer_norm_rms_epsilon', LIMITS.rmsNormEps)),
    tiedEmbeddings: !tensors.has('output.weight'),
  };
  checkTensors(path, tensors, llamaShapes(config));
  return config;
}

/** Every tensor of the architecture with its shape, outermost first. */
function llamaShapes(config: TransformerConfig): Map<string, number[]> {
  const { dim, ffnDim, headDim, numHeads, numKvHeads, vocabSize } = config;
  const shapes = new Map<string, number[]>([['token_embd.weight', [vocabSize, dim]], ['output_norm.weight', [dim]]]);
  if (!config.tiedEmbeddings) shapes.set('output.weight', [vocabSize, dim]);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const set = (name: string, shape: number[]) => shapes.set(`blk.${layer}.${name}.weight`, shape);
    set('attn_norm', [dim]);
    set('attn_q', [numHeads * headDim, dim]);
    set('attn_k', [numKvHeads * headDim, dim]);
    set('attn_v', [numKvHeads * headDim, dim]);
    set('attn_output', [dim, numHeads * headDim]);
    set('ffn_norm', [dim]);
    set('ffn_gate', [ffnDim, dim]);
    set('ffn_up', [ffnDim, dim]);
    set('ffn_down', [dim, ffnDim]);
  }
  return shapes;
}

function checkTensors(path: string, tensors: Tensors, shapes: ReadonlyMap<string, number[]>): void {
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (!tensor) throw invalidFile(path, `tensor ${name} is missing`, { tensor: name });
    if (tensor.shape.join() !== shape.join()) {
      throw invalidFile(path, `tensor ${name} has the shape (${tensor.shape.join(', ')}), the metadata asks for (${shape.join(', ')})`, { tensor: name });
    }
  }
  for (const name of tensors.keys()) {
    if (!shapes.has(name)) throw unsupportedFile(path, `it has the tensor ${name}, which this architecture's code would ignore`, { tensor: name });
  }
}
