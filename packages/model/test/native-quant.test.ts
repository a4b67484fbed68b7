// Every tensor type through the native engine's packed panels: a tiny model whose matrices are all of that type, random blocks,
// against the reference. Three tokens take the few-rows product, twenty the many-rows one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import { openModelFile } from '../src/open-model-file.ts';
import { LAYOUT_BY_NUMBER } from '../src/gguf/tensor-types.ts';
import type { EngineName, ModelFile, TensorType } from '../src/contract.ts';
import { build, value } from './gguf/gguf-builder.ts';
import { normals, randomTokens } from './tiny-model.ts';

const DIM = 256; // one block of the K types
const FFN = 512;
const VOCAB = 80;

/** Where a block keeps its half-precision numbers, and values for them that give weights of about 0.1. */
const HALVES: Record<TensorType, Array<[byteOffset: number, value: number]>> = {
  F32: [], F16: [], BF16: [],
  Q8_0: [[0, 0.0015]], Q4_0: [[0, 0.02]], Q4_1: [[0, 0.02], [2, -0.15]], Q5_0: [[0, 0.01]], Q5_1: [[0, 0.01], [2, -0.15]],
  Q4_K: [[0, 0.0006], [2, 0.005]], Q5_K: [[0, 0.0003], [2, 0.005]], Q6_K: [[208, 0.00008]],
};

const types = [...LAYOUT_BY_NUMBER].map(([number, layout]) => ({ number, ...layout }));

it.each(types)('$type', async ({ number, type, numElements, numBytes }) => {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-quant-'));
  try {
    const path = join(folder, `${type}.gguf`);
    writeFileSync(path, modelOf(number, type, numElements, numBytes));
    const file = await openModelFile(path);
    const [native, reference] = [await logitsOf(file, 'native'), await logitsOf(file, 'reference')];
    const largest = reference.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    expect(largest).toBeGreaterThan(0.1);
    for (const [i, expected] of reference.entries()) expect(Math.abs(native[i] - expected)).toBeLessThan(1e-4 * largest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function logitsOf(file: ModelFile, engine: EngineName): Promise<Float32Array> {
  const transformer = await loadTransformer(file, { numThreads: 2, precision: 'f32', engines: [engine] });
  const context = transformer.context([], 24);
  const tokens = randomTokens(24, VOCAB, 3);
  const results: number[] = [];
  for (const [from, to] of [[0, 3], [3, 23], [23, 24]]) {
    const [{ logits }] = await transformer.forward([{ context, tokens: tokens.subarray(from, to) }], { logits: 'all' });
    results.push(...logits!);
  }
  transformer.dispose();
  return Float32Array.from(results);
}

function modelOf(number: number, type: TensorType, numElements: number, blockBytes: number): Buffer {
  const matrices: Array<[string, number[]]> = [
    ['token_embd', [DIM, VOCAB]], ['blk.0.attn_q', [DIM, DIM]], ['blk.0.attn_k', [DIM, 128]], ['blk.0.attn_v', [DIM, 128]],
    ['blk.0.attn_output', [DIM, DIM]], ['blk.0.ffn_gate', [DIM, FFN]], ['blk.0.ffn_up', [DIM, FFN]], ['blk.0.ffn_down', [FFN, DIM]],
  ];
  const norms: Array<[string, number[]]> = [['output_norm', [DIM]], ['blk.0.attn_norm', [DIM]], ['blk.0.ffn_norm', [DIM]]];
  const next = normals(9);
  const parts: Buffer[] = [];
  let offset = 0;
  const tensors = [...matrices, ...norms].map(([name, dims], i) => {
    const isNorm = i >= matrices.length;
    const count = dims.reduce((product, size) => product * size, 1);
    const data = isNorm ? floats(count, () => 1 + 0.1 * next(), 'F32') : weights(count, next, type, numElements, blockBytes);
    const tensor = { name: `${name}.weight`, dims, type: isNorm ? 0 : number, offset };
    const padded = Buffer.concat([data, Buffer.alloc(-data.length & 31)]);
    parts.push(padded);
    offset += padded.length;
    return tensor;
  });
  const words = Array.from({ length: VOCAB }, (_, i) => (i === 0 ? '<|end|>' : String.fromCodePoint(0x100 + i)));
  const bytes = build({
    magic: 'GGUF', version: 3, tensors, numDataBytes: offset,
    metadata: [
      ['general.architecture', value.string('llama')], ['general.name', value.string(type)],
      ['llama.block_count', value.u32(1)], ['llama.context_length', value.u32(64)], ['llama.embedding_length', value.u32(DIM)],
      ['llama.feed_forward_length', value.u32(FFN)], ['llama.attention.head_count', value.u32(4)], ['llama.attention.head_count_kv', value.u32(2)],
      ['llama.attention.layer_norm_rms_epsilon', value.f32(1e-5)], ['llama.rope.freq_base', value.f32(10_000)],
      ['tokenizer.ggml.model', value.string('gpt2')], ['tokenizer.ggml.pre', value.string('smollm')],
      ['tokenizer.ggml.tokens', value.strings(words)], ['tokenizer.ggml.token_type', value.i32s(words.map((_, i) => (i === 0 ? 3 : 1)))],
      ['tokenizer.ggml.merges', value.strings([])], ['tokenizer.ggml.eos_token_id', value.u32(0)],
    ],
  });
  Buffer.concat(parts).copy(bytes, bytes.length - offset);
  return bytes;
}

/** Random bytes, with the halves set so that the weights are small and finite. */
function weights(count: number, next: () => number, type: TensorType, numElements: number, blockBytes: number): Buffer {
  if (numElements === 1) return floats(count, () => 0.1 * next(), type);
  const data = Buffer.from(Array.from({ length: (count / numElements) * blockBytes }, () => Math.floor(Math.abs(next()) * 997) & 255));
  for (let block = 0; block < data.length; block += blockBytes) {
    for (const [at, mean] of HALVES[type]) data.writeUInt16LE(toHalf(mean * (1 + 0.2 * next())), block + at);
  }
  return data;
}

function floats(count: number, next: () => number, type: TensorType): Buffer {
  const data = Buffer.alloc(count * (type === 'F32' ? 4 : 2));
  const single = Buffer.alloc(4);
  for (let i = 0; i < count; i++) {
    if (type === 'F32') data.writeFloatLE(next(), 4 * i);
    else if (type === 'F16') data.writeUInt16LE(toHalf(next()), 2 * i);
    else {
      single.writeFloatLE(next());
      single.copy(data, 2 * i, 2, 4);
    }
  }
  return data;
}

/** Truncated to half precision; below 2^-14 subnormal. */
function toHalf(x: number): number {
  const sign = x < 0 ? 0x8000 : 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(x) || 1e-30)));
  const mantissa = Math.floor((Math.abs(x) / 2 ** exponent) * 1024);
  return sign | (mantissa < 1024 ? mantissa : ((exponent + 15) << 10) | (mantissa & 1023));
}
