// Models as transformers' save_pretrained writes them: the same configuration, logits and tokens as the GGUF files of the same weights, in every engine.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineName, ModelFile } from '../../src/contract.ts';
import { loadTransformer } from '../../src/engines.ts';
import { readTensor } from '../../src/gguf/index.ts';
import { loadFile } from '../../src/load-file.ts';
import { goldenUrl, readGolden } from '../goldens.ts';
import { rewriteTensors } from './rewrite.ts';

const TOLERANCE = 1e-5; // of the largest logit, as for GGUF
const NAMES = ['tiny-llama3', 'tiny-qwen2', 'tiny-qwen3', 'tiny-gemma3'];
const pathOf = (name: string) => fileURLToPath(goldenUrl(name));

const temporary = mkdtempSync(join(tmpdir(), 'lectern-safetensors-'));
afterAll(() => rmSync(temporary, { recursive: true }));

async function logitsOf(file: ModelFile, engine: EngineName, tokens: number[]): Promise<Float32Array> {
  const transformer = await loadTransformer(file, { numThreads: 2, precision: 'f32', engines: [engine] });
  const [result] = await transformer.forward([{ context: transformer.context([], tokens.length), tokens: Int32Array.from(tokens) }], { logits: 'all' });
  transformer.dispose();
  return result!.logits!;
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  const last = actual.subarray(-expected.length);
  const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  expect(last.length).toBe(expected.length);
  expect(expected.reduce((max, x, i) => Math.max(max, Math.abs(x - last[i]!)), 0)).toBeLessThan(TOLERANCE * largest);
}

describe.each(NAMES)('%s', async (name) => {
  const [folder, gguf] = await Promise.all([loadFile(pathOf(name)), loadFile(pathOf(`${name}.gguf`))]);
  const { cases } = readGolden<{ cases: Array<{ tokens: number[]; logits: string }> }>(`${name}.json`);

  it('has the configuration of the GGUF file, but for the order of rows in Q and K', () => {
    const { ropeFactors, softmaxScale = 1 / Math.sqrt(folder.file.config.headDim), name: _, rmsNormEps, ...config } = folder.file.config;
    const { ropeFactors: expectedFactors, name: __, rmsNormEps: expectedEps, ...expected } = gguf.file.config;
    expect(config).toEqual({ ...expected, ropeStyle: 'halves' });
    expect(softmaxScale).toBeCloseTo(1 / Math.sqrt(config.headDim), 12);
    expect(rmsNormEps).toBeCloseTo(expectedEps, 9); // F32 there
    expect(Array.from(ropeFactors ?? [])).toEqual(Array.from(expectedFactors ?? [], (factor) => expect.closeTo(factor, 5) as number));
    expect([...folder.file.tensors.keys()].sort()).toEqual([...gguf.file.tensors.keys()].filter((tensor) => tensor !== 'rope_freqs.weight').sort());
  });

  it.each<EngineName>(['native', 'reference'])('gives the logits of transformers with %s', async (engine) => {
    for (const { tokens, logits } of cases) {
      expectClose(await logitsOf(folder.file, engine, tokens), new Float32Array(Uint8Array.from(Buffer.from(logits, 'base64')).buffer));
    }
  });

  it('has the same tokenizer', () => {
    const text = 'the and 12 there\n<|end|> on';
    expect([...folder.tokenizer.encode(text).ids]).toEqual([...gguf.tokenizer.encode(text).ids]);
    expect(folder.tokenizer).toMatchObject({ vocabSize: 96, bosToken: 0, eosToken: 0 });
  });
});

describe('a model', () => {
  it('of several files has its tensors in all of them', async () => {
    const { file } = await loadFile(pathOf('tiny-llama3'));
    expect(file.shards?.length).toBe(3);
    expect(new Set([...file.tensors.values()].map(({ shard }) => shard))).toEqual(new Set([0, 1, 2]));
    expect(file.numBytes).toBe(file.shards!.reduce((sum, { numBytes }) => sum + numBytes, 0));
  });

  it('is the same when its one file is named', async () => {
    const path = join(pathOf('tiny-qwen3'), 'model.safetensors');
    const { file } = await loadFile(path);
    expect(file.path).toBe(path);
    expect(file.config).toEqual((await loadFile(pathOf('tiny-qwen3'))).file.config);
  });

  it('of Gemma 3 multiplies by 1 + its norms, as the GGUF file does', async () => {
    const [{ file }, gguf] = await Promise.all([loadFile(pathOf('tiny-gemma3')), loadFile(pathOf('tiny-gemma3.gguf'))]);
    for (const name of ['output_norm.weight', 'blk.1.attn_q_norm.weight', 'blk.2.post_ffw_norm.weight']) {
      expect(Array.from(await readTensor(file, name))).toEqual(Array.from(await readTensor(gguf.file, name)));
    }
  });

  it('may be BF16', async () => {
    const [plain, packed] = ['plain', 'packed'].map((each) => join(temporary, each));
    for (const folder of [plain!, packed!]) cpSync(pathOf('tiny-gemma3'), folder, { recursive: true });
    // The upper halves of F32 are BF16.
    rewriteTensors(join(plain!, 'model.safetensors'), ({ dtype, data }) => ({ dtype, data: Buffer.from(data.map((byte, i) => (i % 4 < 2 ? 0 : byte))) }));
    rewriteTensors(join(packed!, 'model.safetensors'), ({ data }) => ({ dtype: 'BF16', data: Buffer.from(data.filter((_, i) => i % 4 >= 2)) }));
    const tokens = Array.from({ length: 40 }, (_, i) => (i * 37) % 96);
    const files = await Promise.all([plain!, packed!].map(async (folder) => (await loadFile(folder)).file));
    expect(files[1]!.tensors.get('output_norm.weight')!.type).toBe('BF16');
    for (const engine of ['native', 'reference'] as const) expectClose(await logitsOf(files[1]!, engine, tokens), await logitsOf(files[0]!, engine, tokens));
  });

  it('brings its chat template: chat_template.jinja before tokenizer_config.json', async () => {
    const folder = join(temporary, 'chat');
    cpSync(pathOf('tiny-qwen2'), folder, { recursive: true });
    const configPath = join(folder, 'tokenizer_config.json');
    const config = JSON.parse(readFileSync(configPath, 'utf8')) as object;
    const messages = [{ role: 'user', content: 'hi' }] as const;
    const render = async () => (await loadFile(folder)).chat.render(messages, { addGenerationPrompt: false });
    writeFileSync(configPath, JSON.stringify({ ...config, chat_template: 'one {{ messages[0].content }}{{ eos_token }}' }));
    expect(await render()).toBe('one hi<|end|>');
    writeFileSync(configPath, JSON.stringify({ ...config, chat_template: [{ name: 'tools', template: 'x' }, { name: 'default', template: 'two {{ messages[0].content }}' }] }));
    expect(await render()).toBe('two hi');
    writeFileSync(join(folder, 'chat_template.jinja'), 'three {{ messages[0].content }}');
    expect(await render()).toBe('three hi');
  });

  it('saved by an older transformers has its RoPE in other fields', async () => {
    const folder = join(temporary, 'older');
    cpSync(pathOf('tiny-gemma3'), folder, { recursive: true });
    const configPath = join(folder, 'config.json');
    const { rope_parameters: _, layer_types: __, ...config } = JSON.parse(readFileSync(configPath, 'utf8')) as Record<string, unknown>;
    writeFileSync(configPath, JSON.stringify({
      ...config, rope_theta: 500_000, rope_local_base_freq: 20_000, rope_scaling: { type: 'linear', factor: 2 }, sliding_window_pattern: 2, query_pre_attn_scalar: 64,
    }));
    const { file } = await loadFile(folder);
    expect(file.config).toMatchObject({
      ropeTheta: 500_000, ropeFactors: new Float32Array(8).fill(2), slidingWindow: { numTokens: 16, layers: [true, false, true], ropeTheta: 20_000 }, softmaxScale: 1 / 8,
    });
  });
});
