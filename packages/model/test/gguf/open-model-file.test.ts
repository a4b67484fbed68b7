// Opening model files: a good one, and files that lie. Nothing here may crash, hang, or allocate what the file claims.
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceError } from '@lectern/shared';
import { readTensor } from '../../src/gguf/index.ts';
import { openModelFile } from '../../src/open-model-file.ts';
import { build, type FileSpec, TemporaryFolder, text, tinySpec, u32, u64, value, withKey, withTensor } from './gguf-builder.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const open = (spec: FileSpec) => openModelFile(folder.write(build(spec)));

async function refusal(opening: Promise<unknown>): Promise<ServiceError> {
  const error = await opening.then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  return error as ServiceError;
}

describe('openModelFile', () => {
  it('reads config, metadata and tensors of a valid file', async () => {
    const file = await open(tinySpec());
    expect(file.config).toMatchObject({ name: 'tiny', numLayers: 1, dim: 8, numHeads: 2, numKvHeads: 1, headDim: 4, ffnDim: 16, vocabSize: 4, tiedEmbeddings: true });
    expect(file.tensors.get('blk.0.ffn_down.weight')).toMatchObject({ type: 'F32', shape: [8, 16], numBytes: 512 });
    expect(await readTensor(file, 'blk.0.attn_k.weight')).toEqual(new Float32Array(32));
  });

  it('reads version 2, and an output matrix of its own', async () => {
    const spec = tinySpec();
    spec.tensors.push({ name: 'output.weight', dims: [8, 4], type: 0, offset: spec.numDataBytes });
    const file = await open({ ...spec, version: 2, numDataBytes: spec.numDataBytes + 128 });
    expect(file.config.tiedEmbeddings).toBe(false);
  });

  it('obeys another alignment', async () => {
    const spec = withKey(tinySpec(), 'general.alignment', value.u32(4));
    const file = await openModelFile(folder.write(build(spec, 4)));
    expect(file.tensors.get('token_embd.weight')!.offset % 4).toBe(0);
  });

  it.each<[string, (spec: FileSpec) => FileSpec, RegExp]>([
    ['another magic', (spec) => ({ ...spec, magic: 'GGML' }), /"GGML"/],
    ['2^60 keys', (spec) => ({ ...spec, numKeys: 2n ** 60n }), /number of metadata keys/],
    ['60000 keys in a small file', (spec) => ({ ...spec, numKeys: 60_000 }), /left/],
    ['2^63 tensors', (spec) => ({ ...spec, numTensors: 2n ** 63n }), /number of tensors/],
    ['65000 tensors in a small file', (spec) => ({ ...spec, numTensors: 65_000 }), /tensor table/],
    ['one key twice', (spec) => ({ ...spec, metadata: [...spec.metadata, spec.metadata[0]!] }), /twice/],
    ['a key that is not UTF-8', (spec) => ({ ...spec, metadata: [...spec.metadata, [Buffer.from([0xff, 0xfe]), value.u32(1)]] }), /not UTF-8/],
    ['a value that is not UTF-8', (spec) => withKey(spec, 'general.name', value.string(Buffer.from([0xc3, 0x28]))), /not UTF-8/],
    ['a string of 2^40 bytes', (spec) => withKey(spec, 'x', value.raw(u32(8), u64(2n ** 40n))), /at most/],
    ['a string past the end', (spec) => withKey(spec, 'x', value.raw(u32(8), u64(1_000_000))), /left/],
    ['an array of 2^62 strings', (spec) => withKey(spec, 'x', value.raw(u32(9), u32(8), u64(2n ** 62n))), /length of x/],
    ['an array of 4 million strings in a small file', (spec) => withKey(spec, 'x', value.raw(u32(9), u32(8), u64(4_000_000))), /left/],
    ['an array of arrays', (spec) => withKey(spec, 'x', value.raw(u32(9), u32(9), u64(1), u32(9), u64(1))), /array of arrays/],
    ['a value of unknown type', (spec) => withKey(spec, 'x', value.raw(u32(99))), /unknown type number 99/],
    ['a boolean that is 7', (spec) => withKey(spec, 'x', value.raw(u32(7), Buffer.from([7]))), /boolean/],
    ['alignment 3', (spec) => withKey(spec, 'general.alignment', value.u32(3)), /alignment/],
    ['alignment 0', (spec) => withKey(spec, 'general.alignment', value.u32(0)), /alignment/],
    ['alignment as a string', (spec) => withKey(spec, 'general.alignment', value.string('32')), /alignment/],
    ['a tensor past the end', (spec) => withTensor(spec, 'output_norm.weight', { offset: 1_048_576 }), /ends at byte/],
    ['a tensor at offset 2^60', (spec) => withTensor(spec, 'output_norm.weight', { offset: 2n ** 60n }), /offset of output_norm/],
    ['a tensor off the alignment', (spec) => withTensor(spec, 'output_norm.weight', { offset: 129 }), /alignment/],
    ['two tensors at one place', (spec) => withTensor(spec, 'output_norm.weight', { offset: 0 }), /overlap/],
    ['a tensor twice', (spec) => ({ ...spec, tensors: [...spec.tensors, spec.tensors[0]!] }), /twice/],
    ['a dim of 0', (spec) => withTensor(spec, 'output_norm.weight', { dims: [0] }), /dims/],
    ['dims whose product overflows', (spec) => withTensor(spec, 'output_norm.weight', { dims: [2 ** 30, 2 ** 30, 2 ** 30] }), /dims/],
    ['5 dims', (spec) => withTensor(spec, 'output_norm.weight', { dims: [1, 1, 1, 1, 8] }), /5 dims/],
    ['no dims', (spec) => withTensor(spec, 'output_norm.weight', { dims: [] }), /0 dims/],
    ['rows that are no whole blocks', (spec) => withTensor(spec, 'output_norm.weight', { type: 8 }), /block of 32/],
    ['a tensor name of 1 MB', (spec) => withTensor(spec, 'output_norm.weight', { name: 'x'.repeat(1_000_000) }), /at most 256/],
    ['a tensor missing', (spec) => ({ ...spec, tensors: spec.tensors.filter((tensor) => tensor.name !== 'blk.0.attn_v.weight') }), /attn_v.weight is missing/],
    ['a tensor of another shape', (spec) => withTensor(spec, 'blk.0.attn_k.weight', { dims: [4, 8] }), /shape \(8, 4\)/],
    ['embedding rows that are not the vocabulary', (spec) => withKey(spec, 'tokenizer.ggml.tokens', value.strings(['a', 'b', 'c'])), /token_embd/],
    ['another vocab_size', (spec) => withKey(spec, 'llama.vocab_size', value.u32(5)), /vocab_size is 5/],
    ['no vocabulary', (spec) => withKey(spec, 'tokenizer.ggml.tokens', undefined), /tokens is missing/],
    ['no architecture', (spec) => withKey(spec, 'general.architecture', undefined), /architecture is missing/],
    ['no layers', (spec) => withKey(spec, 'llama.block_count', value.u32(0)), /block_count is 0/],
    ['4 billion layers', (spec) => withKey(spec, 'llama.block_count', value.u32(2 ** 32 - 1)), /block_count/],
    ['heads that are no multiple of KV heads', (spec) => withKey(withKey(spec, 'llama.attention.head_count', value.u32(4)), 'llama.attention.head_count_kv', value.u32(3)), /multiple of 3/],
    ['0 KV heads', (spec) => withKey(spec, 'llama.attention.head_count_kv', value.u32(0)), /head_count_kv is 0/],
    ['an odd head dim', (spec) => withKey(spec, 'llama.attention.head_count', value.u32(8)), /head dim 1/],
    ['an epsilon of NaN', (spec) => withKey(spec, 'llama.attention.layer_norm_rms_epsilon', value.f32(Number.NaN)), /epsilon is NaN/],
    ['a negative RoPE base', (spec) => withKey(spec, 'llama.rope.freq_base', value.f32(-1)), /freq_base is -1/],
    ['a string for a number', (spec) => withKey(spec, 'llama.embedding_length', value.string('8')), /embedding_length is "8"/],
  ])('refuses %s as MODEL_FILE_INVALID', async (_, change, message) => {
    const error = await refusal(open(change(tinySpec())));
    expect(error.message).toMatch(message);
    expect(error.code).toBe('MODEL_FILE_INVALID');
  });

  it.each<[string, (spec: FileSpec) => FileSpec, RegExp]>([
    ['version 1', (spec) => ({ ...spec, version: 1 }), /version 1/],
    ['version 4', (spec) => ({ ...spec, version: 4 }), /version 4/],
    ['a big-endian file', (spec) => ({ ...spec, version: 0x03000000 }), /big-endian/],
    ['another architecture', (spec) => withKey(spec, 'general.architecture', value.string('gemma2')), /"gemma2"/],
    ['a type that is not read', (spec) => withTensor(spec, 'output_norm.weight', { type: 16 }), /type number 16/],
    ['scaled RoPE', (spec) => withKey(spec, 'llama.rope.scaling.type', value.string('yarn')), /yarn/],
    ['experts', (spec) => withKey(spec, 'llama.expert_count', value.u32(8)), /expert_count/],
    ['partial RoPE', (spec) => withKey(spec, 'llama.rope.dimension_count', value.u32(2)), /RoPE over 2/],
    ['a tensor it would ignore', (spec) => ({
      ...spec, tensors: [...spec.tensors, { name: 'blk.0.attn_q.bias', dims: [8], type: 0, offset: spec.numDataBytes }], numDataBytes: spec.numDataBytes + 32,
    }), /attn_q.bias/],
  ])('refuses %s as MODEL_UNSUPPORTED', async (_, change, message) => {
    const error = await refusal(open(change(tinySpec())));
    expect(error.message).toMatch(message);
    expect(error.code).toBe('MODEL_UNSUPPORTED');
  });

  it('refuses a file cut anywhere', async () => {
    const whole = build(tinySpec());
    for (let numBytes = 0; numBytes < whole.length; numBytes += 13) {
      const error = await refusal(openModelFile(folder.write(whole.subarray(0, numBytes))));
      expect(error.code).toBe('MODEL_FILE_INVALID');
    }
  });

  it('refuses or reads, but never crashes on, a file with any one byte changed', async () => {
    const whole = build(tinySpec());
    const headerBytes = whole.length - tinySpec().numDataBytes;
    for (let at = 0; at < headerBytes; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ (at % 2 ? 0x80 : 0x01);
      const error = await openModelFile(folder.write(bytes)).then(() => undefined, (thrown: unknown) => thrown);
      if (error !== undefined) expect(error, `byte ${at}`).toBeInstanceOf(ServiceError);
    }
  });

  it('refuses a folder and a path that is not there', async () => {
    expect((await refusal(openModelFile(folder.path))).code).toBe('MODEL_FILE_INVALID');
    expect((await refusal(openModelFile('/does/not/exist.gguf'))).message).toMatch(/ENOENT/);
  });

  it('says so when the file shrank after it was opened', async () => {
    const path = folder.write(build(tinySpec()));
    const file = await openModelFile(path);
    const { truncateSync } = await import('node:fs');
    truncateSync(path, file.numBytes - 64);
    expect((await refusal(readTensor(file, 'blk.0.ffn_down.weight'))).message).toMatch(/ended inside/);
    expect((await refusal(readTensor(file, 'nonsense'))).code).toBe('MODEL_FILE_INVALID');
  });

  it('reads a long string across the buffer edge', async () => {
    const long = 'é'.repeat(1_000_000);
    const file = await open(withKey(tinySpec(), 'general.description', value.raw(u32(8), text(long))));
    expect(file.metadata.get('general.description')).toBe(long);
  });
});
