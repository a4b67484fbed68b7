// A transformer of any architecture, small enough for a test and random enough to be wrong in every way: written by code, F32, the same from the same seed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelFile } from '../src/open-model-file.ts';
import { ROPE_FACTORS_TENSOR } from '../src/gguf/rope-factors.ts';
import type { ModelFile, TransformerConfig } from '../src/contract.ts';
import { build, type FileSpec, value } from './gguf/gguf-builder.ts';

export interface TinyShape {
  numLayers: number;
  numHeads: number;
  numKvHeads: number;
  headDim: number;
  ffnDim: number;
  vocabSize: number;
  contextLength: number;
  tied: boolean;
  architecture?: TransformerConfig['architecture']; // llama
  dim?: number; // numHeads * headDim
  ropeFactors?: boolean; // the tensor that Llama 3's files have, and linear scaling by 2 on top
  window?: number; // gemma3: every second layer is full
}

export const TINY_SHAPES: Record<string, TinyShape> = {
  'GQA group 3, headDim 64': { numLayers: 3, numHeads: 3, numKvHeads: 1, headDim: 64, ffnDim: 256, vocabSize: 96, contextLength: 1024, tied: true },
  'GQA group 2, headDim 32': { numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 32, ffnDim: 160, vocabSize: 64, contextLength: 1024, tied: false },
  'llama with scaled RoPE and heads wider than the model': {
    numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 32, dim: 96, ffnDim: 96, vocabSize: 64, contextLength: 1024, tied: true, ropeFactors: true,
  },
  'qwen2: biases': { architecture: 'qwen2', numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 16, ffnDim: 96, vocabSize: 64, contextLength: 1024, tied: true },
  'qwen3: norms of queries and keys, heads wider than the model': {
    architecture: 'qwen3', numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 32, dim: 64, ffnDim: 96, vocabSize: 64, contextLength: 1024, tied: false,
  },
  'gemma3: two sliding layers around a full one, one KV head': {
    architecture: 'gemma3', numLayers: 3, numHeads: 4, numKvHeads: 1, headDim: 32, dim: 64, ffnDim: 96, vocabSize: 64, contextLength: 1024, tied: true,
    window: 90,
  },
};

/** The file and a function that removes it. */
export async function writeTinyModel(shape: TinyShape, seed: number): Promise<{ file: ModelFile; remove(): void }> {
  const spec = specOf(shape);
  const bytes = build(spec);
  const data = bytes.subarray(bytes.length - spec.numDataBytes);
  for (const [i, { name, dims, offset }] of spec.tensors.entries()) {
    const next = normals(seed + i);
    const numElements = Number(dims.reduce((product, dim) => Number(product) * Number(dim), 1));
    const isNorm = name.includes('norm');
    if (name === ROPE_FACTORS_TENSOR) {
      for (let e = 0; e < numElements; e++) data.writeFloatLE(1 + e / 4, Number(offset) + 4 * e);
      continue;
    }
    // Wide enough that attention is peaked and logits differ; 1/sqrt(inputs) keeps the residual stream in range.
    const deviation = isNorm ? 0.2 : name.startsWith('token_embd') ? 1 : name.endsWith('.bias') ? 0.5 : 1.5 / Math.sqrt(Number(dims[0]));
    for (let e = 0; e < numElements; e++) data.writeFloatLE((isNorm ? 1 : 0) + deviation * next(), Number(offset) + 4 * e);
  }
  const folder = mkdtempSync(join(tmpdir(), 'lectern-tiny-'));
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, bytes);
  return { file: await openModelFile(path), remove: () => rmSync(folder, { recursive: true }) };
}

/** Its bytes of data are zeros until they are written. */
export function specOf(shape: TinyShape): FileSpec {
  const { numLayers, numHeads, numKvHeads, headDim, ffnDim, vocabSize, architecture = 'llama' } = shape;
  const dim = shape.dim ?? numHeads * headDim;
  const shapes: Array<[string, number[]]> = [['token_embd.weight', [dim, vocabSize]], ['output_norm.weight', [dim]]];
  if (!shape.tied) shapes.push(['output.weight', [dim, vocabSize]]);
  if (shape.ropeFactors) shapes.push([ROPE_FACTORS_TENSOR, [headDim / 2]]);
  for (let layer = 0; layer < numLayers; layer++) {
    for (const [name, dims] of layerTensors(shape, dim)) shapes.push([`blk.${layer}.${name}`, dims]);
  }
  let offset = 0;
  const tensors = shapes.map(([name, dims]) => {
    const tensor = { name, dims, type: 0, offset };
    offset += Math.ceil(dims.reduce((product, size) => product * size, 4) / 32) * 32;
    return tensor;
  });
  const words = Array.from({ length: vocabSize }, (_, i) => (i === 0 ? '<|end|>' : String.fromCodePoint(0x100 + i)));
  return {
    magic: 'GGUF', version: 3, tensors, numDataBytes: offset,
    metadata: [
      ['general.architecture', value.string(architecture)], ['general.name', value.string('tiny')],
      ...[
        ['block_count', value.u32(numLayers)], ['context_length', value.u32(shape.contextLength)],
        ['embedding_length', value.u32(dim)], ['feed_forward_length', value.u32(ffnDim)],
        ['attention.head_count', value.u32(numHeads)], ['attention.head_count_kv', value.u32(numKvHeads)],
        ['attention.key_length', value.u32(headDim)], ['attention.value_length', value.u32(headDim)],
        ['attention.layer_norm_rms_epsilon', value.f32(1e-5)], ['rope.freq_base', value.f32(shape.window ? 100_000 : 10_000)],
        ...(shape.ropeFactors ? [['rope.scaling.type', value.string('linear')], ['rope.scaling.factor', value.f32(2)]] as const : []),
        ...(shape.window ? [['attention.sliding_window', value.u32(shape.window)], ['attention.sliding_window_pattern', value.u32(2)]] as const : []),
      ].map(([key, bytes]): [string, Buffer] => [`${architecture}.${key as string}`, bytes as Buffer]),
      ['tokenizer.ggml.model', value.string('gpt2')], ['tokenizer.ggml.pre', value.string('smollm')],
      ['tokenizer.ggml.tokens', value.strings(words)], ['tokenizer.ggml.token_type', value.i32s(words.map((_, i) => (i === 0 ? 3 : 1)))],
      ['tokenizer.ggml.merges', value.strings([])], ['tokenizer.ggml.eos_token_id', value.u32(0)],
    ],
  };
}

function layerTensors({ numHeads, numKvHeads, headDim, ffnDim, architecture }: TinyShape, dim: number): Array<[name: string, dims: number[]]> {
  const [qDim, kvDim] = [numHeads * headDim, numKvHeads * headDim];
  const tensors: Array<[string, number[]]> = [
    ['attn_norm.weight', [dim]], ['attn_q.weight', [dim, qDim]], ['attn_k.weight', [dim, kvDim]], ['attn_v.weight', [dim, kvDim]],
    ['attn_output.weight', [qDim, dim]], ['ffn_norm.weight', [dim]],
    ['ffn_gate.weight', [dim, ffnDim]], ['ffn_up.weight', [dim, ffnDim]], ['ffn_down.weight', [ffnDim, dim]],
  ];
  if (architecture === 'qwen2') tensors.push(['attn_q.bias', [qDim]], ['attn_k.bias', [kvDim]], ['attn_v.bias', [kvDim]]);
  if (architecture === 'qwen3' || architecture === 'gemma3') tensors.push(['attn_q_norm.weight', [headDim]], ['attn_k_norm.weight', [headDim]]);
  if (architecture === 'gemma3') tensors.push(['post_attention_norm.weight', [dim]], ['post_ffw_norm.weight', [dim]]);
  return tensors;
}

/** mulberry32 and Box-Muller. */
export function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function randomTokens(count: number, vocabSize: number, seed: number): Int32Array {
  const next = normals(seed);
  return Int32Array.from({ length: count }, () => 1 + (Math.floor(Math.abs(next()) * 1e6) % (vocabSize - 1)));
}
