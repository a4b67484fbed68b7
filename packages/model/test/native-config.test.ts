// The native engine checks the configuration that it is handed again: it reads memory by these numbers.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNativeTransformer } from '../src/native/engine.ts';
import type { ModelFile, TransformerConfig } from '../src/contract.ts';
import { TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

let file: ModelFile;
let remove: () => void;
beforeAll(async () => {
  ({ file, remove } = await writeTinyModel(TINY_SHAPES['gemma3: two sliding layers around a full one, one KV head']!, 5));
});
afterAll(() => remove());

it.each<[string, Partial<TransformerConfig>, RegExp]>([
  ['too few RoPE factors', { ropeFactors: new Float32Array([1, 2]) }, /one RoPE factor per pair/],
  ['a RoPE factor of 0', { ropeFactors: new Float32Array(16) }, /factor is not positive/],
  ['a RoPE factor of NaN', { ropeFactors: new Float32Array(16).fill(Number.NaN) }, /factor is not positive/],
  ['RoPE factors as doubles', { ropeFactors: new Float64Array(16).fill(1) as unknown as Float32Array }, /ropeFactors must be a Float32Array/],
  ['a softmax scale of 0', { softmaxScale: 0 }, /not positive/],
  ['an infinite embedding scale', { embeddingScale: Number.POSITIVE_INFINITY }, /not positive/],
  ['a window for other layers', { slidingWindow: { numTokens: 9, layers: [true], ropeTheta: 1e4 } }, /not all layers/],
  ['a sliding RoPE base of 0', { slidingWindow: { numTokens: 9, layers: [true, true, true], ropeTheta: 0 } }, /not positive/],
  ['biases that the file has not', { qkvBias: true }, /attn_q.bias is missing/],
])('refuses %s', async (_, change, message) => {
  await expect(createNativeTransformer({ ...file, config: { ...file.config, ...change } }, { numThreads: 1 })).rejects.toThrow(message);
});
