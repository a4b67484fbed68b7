// What each architecture's file must hold, what of it is read, and what is refused because the engines would compute something else.
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceError } from '@lectern/shared';
import { openModelFile } from '../../src/open-model-file.ts';
import type { TransformerConfig } from '../../src/contract.ts';
import { specOf, TINY_SHAPES, writeTinyModel } from '../tiny-model.ts';
import { build, type FileSpec, TemporaryFolder, u32, u64, value, withKey, withTensor } from './gguf-builder.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const shapeOf = (start: string) => Object.entries(TINY_SHAPES).find(([name]) => name.startsWith(start))![1];
const SPECS = {
  llama: () => specOf(shapeOf('GQA group 2')), qwen2: () => specOf(shapeOf('qwen2')), qwen3: () => specOf(shapeOf('qwen3')), gemma3: () => specOf(shapeOf('gemma3')),
};
const SMALL = { ...shapeOf('gemma3'), numLayers: 1, dim: 16, headDim: 8, ffnDim: 16, vocabSize: 8 };
type Name = TransformerConfig['architecture'];
const open = (spec: FileSpec) => openModelFile(folder.write(build(spec)));
const without = (spec: FileSpec, name: string): FileSpec => ({ ...spec, tensors: spec.tensors.filter((tensor) => tensor.name !== name) });
const withMore = (spec: FileSpec, name: string, dims: number[]): FileSpec => ({
  ...spec, tensors: [...spec.tensors, { name, dims, type: 0, offset: spec.numDataBytes }],
  numDataBytes: spec.numDataBytes + Math.ceil(dims.reduce((product, size) => product * size, 4) / 32) * 32,
});
const bools = (flags: boolean[]) => value.raw(u32(9), u32(7), u64(flags.length), Buffer.from(flags.map(Number)));

describe('what is read', () => {
  it('llama: nothing but the common keys', async () => {
    const { config } = await open(SPECS.llama());
    expect(config).toMatchObject({ architecture: 'llama', ropeStyle: 'interleaved', tiedEmbeddings: false });
    for (const key of ['ropeFactors', 'softmaxScale', 'qkNorm', 'qkvBias', 'activation', 'postNorms', 'embeddingScale', 'slidingWindow']) expect(config).not.toHaveProperty(key);
  });

  it('qwen2: biases; qwen3: norms of heads, whose dim is its own', async () => {
    expect((await open(SPECS.qwen2())).config).toMatchObject({ architecture: 'qwen2', ropeStyle: 'halves', qkvBias: true });
    expect((await open(SPECS.qwen3())).config).toMatchObject({ architecture: 'qwen3', ropeStyle: 'halves', qkNorm: true, dim: 64, headDim: 32, numHeads: 4 });
  });

  it('gemma3: window, pattern and RoPE base of sliding layers', async () => {
    const { config } = await open(SPECS.gemma3());
    expect(config).toMatchObject({ qkNorm: true, postNorms: true, activation: 'gelu', embeddingScale: 8, ropeStyle: 'halves', ropeTheta: 100_000 });
    expect(config.slidingWindow).toEqual({ numTokens: 90, layers: [true, false, true], ropeTheta: 10_000 });
    const other = await open(withKey(SPECS.gemma3(), 'gemma3.rope.freq_base_swa', value.f32(20_000)));
    expect(other.config.slidingWindow!.ropeTheta).toBe(20_000);
  });

  it.each<[string, Buffer | undefined, boolean[] | undefined]>([
    ['no pattern: every sixth is full', undefined, [true, true, true]],
    ['period 3', value.u32(3), [true, true, false]],
    ['period 0: all slide', value.u32(0), [true, true, true]],
    ['period 1: none slides', value.u32(1), undefined],
    ['one boolean per layer', bools([false, true, true]), [false, true, true]],
  ])('gemma3, %s', async (_, pattern, layers) => {
    const { config } = await open(withKey(SPECS.gemma3(), 'gemma3.attention.sliding_window_pattern', pattern));
    expect(config.slidingWindow?.layers).toEqual(layers);
  });

  it('gemma3 with a window of 0 has no sliding layers', async () => {
    expect((await open(withKey(SPECS.gemma3(), 'gemma3.attention.sliding_window', value.u32(0)))).config).not.toHaveProperty('slidingWindow');
  });

  it('gemma3 with 62 layers scales by its width', async () => {
    const { config } = await open(specOf({ ...SMALL, numLayers: 62 }));
    expect(config.softmaxScale).toBe(1 / Math.sqrt(16 / 4));
  });

  it('RoPE factors: the tensor times the linear factor', async () => {
    const { file, remove } = await writeTinyModel(shapeOf('llama with scaled RoPE'), 1);
    remove();
    expect(file.config.ropeFactors).toEqual(Float32Array.from({ length: 16 }, (_, i) => 2 * (1 + i / 4)));
  });

  it.each<[string, Array<[string, Buffer]>, number | undefined]>([
    ['linear by 4', [['rope.scaling.type', value.string('linear')], ['rope.scaling.factor', value.f32(4)]], 4],
    ['a factor without a type', [['rope.scaling.factor', value.f32(4)]], 4],
    ['the old key', [['rope.scale_linear', value.f32(8)]], 8],
    ['type none, whatever the factor', [['rope.scaling.type', value.string('none')], ['rope.scaling.factor', value.f32(4)]], undefined],
    ['factor 1', [['rope.scaling.factor', value.f32(1)]], undefined],
    ['factor 0, which means none', [['rope.scaling.factor', value.f32(0)]], undefined],
  ])('RoPE scaling, %s', async (_, keys, factor) => {
    for (const name of Object.keys(SPECS) as Name[]) {
      const { config } = await open(keys.reduce((spec, [key, bytes]) => withKey(spec, `${name}.${key}`, bytes), SPECS[name]()));
      expect(config.ropeFactors).toEqual(factor === undefined ? undefined : new Float32Array(config.headDim / 2).fill(factor));
    }
  });
});

describe('what is refused', () => {
  it.each<[string, Name, (spec: FileSpec) => FileSpec, ServiceError['code'], RegExp]>([
    ['a bias missing', 'qwen2', (spec) => without(spec, 'blk.1.attn_k.bias'), 'MODEL_FILE_INVALID', /attn_k.bias is missing/],
    ['a bias of another length', 'qwen2', (spec) => withTensor(spec, 'blk.1.attn_k.bias', { dims: [16] }), 'MODEL_FILE_INVALID', /shape \(16\)/],
    ['a bias where none is', 'qwen3', (spec) => withMore(spec, 'blk.0.attn_q.bias', [128]), 'MODEL_UNSUPPORTED', /attn_q.bias/],
    ['a norm of heads missing', 'qwen3', (spec) => without(spec, 'blk.0.attn_q_norm.weight'), 'MODEL_FILE_INVALID', /attn_q_norm.weight is missing/],
    ['a norm of heads where none is', 'llama', (spec) => withMore(spec, 'blk.0.attn_q_norm.weight', [32]), 'MODEL_UNSUPPORTED', /attn_q_norm/],
    ['a post norm missing', 'gemma3', (spec) => without(spec, 'blk.2.post_ffw_norm.weight'), 'MODEL_FILE_INVALID', /post_ffw_norm.weight is missing/],
    ['RoPE factors that are zero', 'llama', (spec) => withMore(spec, 'rope_freqs.weight', [16]), 'MODEL_FILE_INVALID', /value 0 of rope_freqs.weight is 0/],
    ['RoPE factors of another length', 'llama', (spec) => withMore(spec, 'rope_freqs.weight', [32]), 'MODEL_FILE_INVALID', /shape \(32\)/],
    ['RoPE factors in qwen2', 'qwen2', (spec) => withMore(spec, 'rope_freqs.weight', [8]), 'MODEL_UNSUPPORTED', /rope_freqs/],
    ['long RoPE factors', 'llama', (spec) => withMore(spec, 'rope_factors_long.weight', [16]), 'MODEL_UNSUPPORTED', /rope_factors_long/],
    ['YaRN', 'qwen2', (spec) => withKey(spec, 'qwen2.rope.scaling.type', value.string('yarn')), 'MODEL_UNSUPPORTED', /yarn; none and linear/],
    ['a scaling type that is a number', 'qwen2', (spec) => withKey(spec, 'qwen2.rope.scaling.type', value.u32(1)), 'MODEL_FILE_INVALID', /not a string/],
    ['a negative linear factor', 'gemma3', (spec) => withKey(spec, 'gemma3.rope.scaling.factor', value.f32(-2)), 'MODEL_FILE_INVALID', /scaling.factor is -2/],
    ['a linear factor of NaN', 'llama', (spec) => withKey(spec, 'llama.rope.scaling.factor', value.f32(Number.NaN)), 'MODEL_FILE_INVALID', /scaling.factor is NaN/],
    ['a tiny linear factor', 'llama', (spec) => withKey(spec, 'llama.rope.scaling.factor', value.f32(1e-20)), 'MODEL_FILE_INVALID', /scaling.factor/],
    ['a window of 2^31', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.sliding_window', value.u32(2 ** 31)), 'MODEL_FILE_INVALID', /sliding_window is/],
    ['a fractional window', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.sliding_window', value.f32(1.5)), 'MODEL_FILE_INVALID', /not an integer/],
    ['a pattern for other layers', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.sliding_window_pattern', bools([true])), 'MODEL_FILE_INVALID', /1 values for 3 layers/],
    ['a pattern of words', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.sliding_window_pattern', value.strings(['a', 'b', 'c'])), 'MODEL_FILE_INVALID', /array of booleans/],
    ['a pattern that is a boolean', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.sliding_window_pattern', value.bool(true)), 'MODEL_FILE_INVALID', /not a number/],
    ['a sliding RoPE base of 0', 'gemma3', (spec) => withKey(spec, 'gemma3.rope.freq_base_swa', value.f32(0)), 'MODEL_FILE_INVALID', /freq_base_swa is 0/],
    ['capped logits', 'gemma3', (spec) => withKey(spec, 'gemma3.final_logit_softcapping', value.f32(30)), 'MODEL_UNSUPPORTED', /softcapping is 30/],
    ['a window in qwen3', 'qwen3', (spec) => withKey(spec, 'qwen3.attention.sliding_window', value.u32(4096)), 'MODEL_UNSUPPORTED', /sliding_window is 4096/],
    ['experts', 'qwen3', (spec) => withKey(spec, 'qwen3.expert_count', value.u32(8)), 'MODEL_UNSUPPORTED', /expert_count is 8/],
    ['a scale of its own', 'qwen2', (spec) => withKey(spec, 'qwen2.attention.scale', value.f32(0.5)), 'MODEL_UNSUPPORTED', /attention.scale/],
    ['attention to what comes after', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.causal', value.bool(false)), 'MODEL_UNSUPPORTED', /causal is false/],
    ['heads per layer', 'gemma3', (spec) => withKey(spec, 'gemma3.attention.head_count_kv', value.i32s([1, 1, 1])), 'MODEL_FILE_INVALID', /an array of 3/],
    ['keys of another architecture', 'gemma3', (spec) => withKey(spec, 'general.architecture', value.string('qwen3')), 'MODEL_FILE_INVALID', /qwen3.embedding_length is missing/],
  ])('%s (%s)', async (_, name, change, code, message) => {
    const error = await open(change(SPECS[name]())).then(() => undefined, (thrown: unknown) => thrown as ServiceError);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error!.message).toMatch(message);
    expect(error!.code).toBe(code);
  });

  it('a file with any one byte changed is refused or read, never a crash', async () => {
    const spec = specOf(SMALL);
    const whole = build(spec);
    for (let at = 0; at < whole.length - spec.numDataBytes; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ (at % 2 ? 0x80 : 0x01);
      const error = await openModelFile(folder.write(bytes)).then(() => undefined, (thrown: unknown) => thrown);
      if (error !== undefined) expect(error, `byte ${at}`).toBeInstanceOf(ServiceError);
    }
  });
});
