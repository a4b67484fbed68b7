// A llama small enough for a test and random enough to be wrong in every way: written by code, F32, the same from the same seed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelFile } from '../src/gguf/index.ts';
import type { ModelFile } from '../src/contract.ts';
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
}

export const TINY_SHAPES: Record<string, TinyShape> = {
  'GQA group 3, headDim 64': { numLayers: 3, numHeads: 3, numKvHeads: 1, headDim: 64, ffnDim: 256, vocabSize: 96, contextLength: 1024, tied: true },
  'GQA group 2, headDim 32': { numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 32, ffnDim: 160, vocabSize: 64, contextLength: 1024, tied: false },
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
    // Wide enough that attention is peaked and logits differ; 1/sqrt(inputs) keeps the residual stream in range.
    const deviation = isNorm ? 0.2 : name.startsWith('token_embd') ? 1 : 1.5 / Math.sqrt(Number(dims[0]));
    for (let e = 0; e < numElements; e++) data.writeFloatLE((isNorm ? 1 : 0) + deviation * next(), Number(offset) + 4 * e);
  }
  const folder = mkdtempSync(join(tmpdir(), 'lectern-tiny-'));
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, bytes);
  return { file: await openModelFile(path), remove: () => rmSync(folder, { recursive: true }) };
}

function specOf(shape: TinyShape): FileSpec {
  const { numLayers, numHeads, numKvHeads, headDim, ffnDim, vocabSize } = shape;
  const dim = numHeads * headDim;
  const shapes: Array<[string, number[]]> = [['token_embd', [dim, vocabSize]], ['output_norm', [dim]]];
  if (!shape.tied) shapes.push(['output', [dim, vocabSize]]);
  for (let layer = 0; layer < numLayers; layer++) {
    const sizes: Array<[string, number[]]> = [
      ['attn_norm', [dim]], ['attn_q', [dim, dim]], ['attn_k', [dim, numKvHeads * headDim]], ['attn_v', [dim, numKvHeads * headDim]],
      ['attn_output', [dim, dim]], ['ffn_norm', [dim]], ['ffn_gate', [dim, ffnDim]], ['ffn_up', [dim, ffnDim]], ['ffn_down', [ffnDim, dim]],
    ];
    for (const [name, dims] of sizes) shapes.push([`blk.${layer}.${name}`, dims]);
  }
  let offset = 0;
  const tensors = shapes.map(([name, dims]) => {
    const tensor = { name: `${name}.weight`, dims, type: 0, offset };
    offset += Math.ceil(dims.reduce((product, size) => product * size, 4) / 32) * 32;
    return tensor;
  });
  const words = Array.from({ length: vocabSize }, (_, i) => (i === 0 ? '<|end|>' : String.fromCodePoint(0x100 + i)));
  return {
    magic: 'GGUF', version: 3, tensors, numDataBytes: offset,
    metadata: [
      ['general.architecture', value.string('llama')], ['general.name', value.string('tiny')],
      ['llama.block_count', value.u32(numLayers)], ['llama.context_length', value.u32(shape.contextLength)],
      ['llama.embedding_length', value.u32(dim)], ['llama.feed_forward_length', value.u32(ffnDim)],
      ['llama.attention.head_count', value.u32(numHeads)], ['llama.attention.head_count_kv', value.u32(numKvHeads)],
      ['llama.attention.layer_norm_rms_epsilon', value.f32(1e-5)], ['llama.rope.freq_base', value.f32(10_000)],
      ['tokenizer.ggml.model', value.string('gpt2')], ['tokenizer.ggml.pre', value.string('smollm')],
      ['tokenizer.ggml.tokens', value.strings(words)], ['tokenizer.ggml.token_type', value.i32s(words.map((_, i) => (i === 0 ? 3 : 1)))],
      ['tokenizer.ggml.merges', value.strings([])], ['tokenizer.ggml.eos_token_id', value.u32(0)],
    ],
  };
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
