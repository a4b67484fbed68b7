// The native engine against the specification on tiny encoders of awkward sizes, and what it refuses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BertConfig } from '../../src/embedder/contract.ts';
import { openEmbedder } from '../../src/embedder/open-embedder.ts';
import { createNativeEncoder } from '../../src/native/encoder.ts';
import { openBertFile } from '../../src/bert/open-bert-file.ts';
import { readFile, writeFile } from '../safetensors/rewrite.ts';
import { TINY, TINY_INT8, writeTinyBert, type TinyBert } from './tiny-bert.ts';
import { cosine, largestDifference } from './real-embedder.ts';

const made: TinyBert[] = [];
afterAll(() => { for (const { remove } of made) remove(); });
const tiny = (sizes?: BertConfig): TinyBert => {
  const bert = writeTinyBert(sizes);
  made.push(bert);
  return bert;
};

const texts = (maxTokens: number): string[] => [1, 2, 5, 13, 14, 15, 30, 31, 32, 33, 62, 66, 68, 200].filter((n) => n < 3 * maxTokens)
  .map((n) => Array.from({ length: n }, (_, i) => 'abcdefghij'[(i * 7 + n) % 10]).join(' '));

describe.each([['heads of 20 in rows of 40', TINY], ['one head of 70', { ...TINY, dim: 70, numHeads: 1 }], ['sizes for 8 bits', TINY_INT8]])('%s', (_, sizes) => {
  const { folder } = tiny(sizes);

  it.each([1, 3])('gives the vectors of the reference engine, %i threads', async (numThreads) => {
    const reference = await openEmbedder(folder, { numThreads: 1, engines: ['reference'] });
    const native = await openEmbedder(folder, { numThreads, precision: 'f32', engines: ['native'] });
    const all = texts(sizes.maxTokens);
    const [expected, actual] = [await reference.embed(all), await native.embed(all)];
    for (const [i, vector] of expected.entries()) expect(largestDifference(actual[i]!, vector), `${all[i]!.length} letters`).toBeLessThan(1e-5);
    native.close();
  });

  it('a text has the same vector whatever stands beside it', async () => {
    const native = await openEmbedder(folder, { numThreads: 2, engines: ['native'] });
    const all = texts(sizes.maxTokens);
    const many = await native.embed([...all, ...all, ...all].flatMap((text) => Array<string>(12).fill(text)));
    for (const [i, text] of all.entries()) {
      const [alone] = await native.embed([text]);
      expect(largestDifference(many[i * 12 + 5]!, alone!)).toBeLessThan(1e-6);
    }
    expect(await native.embed([])).toEqual([]);
    native.close();
  });
});

it('8 bits are taken where the sizes allow it, and come near', async () => {
  const { folder } = tiny(TINY_INT8);
  const exact = await openEmbedder(folder, { numThreads: 1, precision: 'f32', engines: ['native'] });
  const rounded = await openEmbedder(folder, { numThreads: 2, precision: 'int8', engines: ['native'] });
  expect(rounded.device).toMatch(/int8/);
  const all = texts(TINY_INT8.maxTokens);
  const [a, b] = [await exact.embed(all), await rounded.embed(all)];
  for (const [i, vector] of a.entries()) expect(cosine(vector, b[i]!)).toBeGreaterThan(0.995);
  expect((await openEmbedder(tiny(TINY).folder, { numThreads: 1, precision: 'int8', engines: ['native'] })).device).toMatch(/f32/);
});

it('is cancelled, closed twice, and of no use after that', async () => {
  const { folder } = tiny();
  for (const engine of ['native', 'reference']) {
    const embedder = await openEmbedder(folder, { numThreads: 1, engines: [engine] });
    const control = new Int32Array(new SharedArrayBuffer(8));
    await embedder.embed(['a'], control);
    Atomics.store(control, 0, 1);
    await expect(embedder.embed(['a b'], control)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    embedder.close();
    embedder.close();
    if (engine === 'native') await expect(embedder.embed(['a'])).rejects.toThrow(/disposed/);
  }
});

it('says which engines have no embedder', async () => {
  const heard: string[] = [];
  await expect(openEmbedder(tiny().folder, { numThreads: 1, engines: ['tfjs'] }, (engine) => heard.push(engine))).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  expect(heard).toEqual(['tfjs']);
});

describe('refusals', () => {
  const change = (edit: (bert: TinyBert) => void): string => {
    const bert = tiny();
    edit(bert);
    return bert.folder;
  };
  const config = (fields: object) => ({ folder, config: own }: TinyBert) => writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...own, ...fields }));
  const tensors = (edit: (header: Record<string, { shape: number[] }>) => void) => ({ folder }: TinyBert) => {
    const path = join(folder, 'model.safetensors');
    const { header, data } = readFile(path);
    edit(header);
    writeFile(path, header, data);
  };
  const tokenizer = (fields: object) => ({ folder, tokenizer: own }: TinyBert) => writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ ...own, ...fields }));

  it.each<[string, (bert: TinyBert) => void, RegExp]>([
    ['another architecture', config({ model_type: 'roberta' }), /model_type/],
    ['another activation', config({ hidden_act: 'relu' }), /hidden_act/],
    ['relative positions', config({ position_embedding_type: 'relative_key' }), /position_embedding_type/],
    ['heads that do not divide', config({ num_attention_heads: 3 }), /3 heads do not divide 40/],
    ['sizes beyond all models', config({ hidden_size: 1e9 }), /hidden_size/],
    ['another shape', config({ intermediate_size: 71 }), /config.json says \(71, 40\)/],
    ['a tensor that is missing', config({ num_hidden_layers: 3 }), /blk.2.attn_q.weight is missing/],
    ['a tensor of another model', tensors((header) => { header['lm_head.weight'] = header['embeddings.LayerNorm.bias']!; delete header['embeddings.LayerNorm.bias']; }), /lm_head.weight/],
    ['another normalizer', tokenizer({ normalizer: { type: 'NFC' } }), /normalizer/],
    ['another kind of tokenizer', tokenizer({ model: { type: 'BPE' } }), /WordPiece|unk_token/],
    ['a token beyond the model', tokenizer({ model: { unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 9, vocab: { '[UNK]': 99 } } }), /beyond the 32/],
    ['a vocabulary without ends', tokenizer({ model: { unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 9, vocab: { '[UNK]': 9 } } }), /no token "\[CLS\]"/],
    ['no tokenizer', ({ folder }) => writeFileSync(join(folder, 'tokenizer.json'), '{'), /not JSON/],
  ])('%s', async (_, edit, message) => {
    const folder = change(edit);
    expect(() => openBertFile(folder)).toThrow(message);
    await expect(openEmbedder(folder, { numThreads: 1 })).rejects.toMatchObject({ code: expect.stringMatching(/^MODEL_(FILE_INVALID|UNSUPPORTED)$/) });
  });

  it('the native engine checks what it is handed again', () => {
    const file = openBertFile(tiny().folder);
    const load = (change: Partial<BertConfig>) => () => createNativeEncoder({ ...file, config: { ...file.config, ...change } }, { numThreads: 1 });
    expect(load({ numHeads: 3 })).toThrow(/heads do not divide/);
    expect(load({ layerNormEps: 0 })).toThrow(/epsilon/);
    expect(load({ vocabSize: 33 })).toThrow(/another shape/);
    const encoder = createNativeEncoder(file, { numThreads: 1 });
    expect(() => encoder.encode([Int32Array.of(32)], undefined)).toThrow(/not in a vocabulary of 32/);
    expect(() => encoder.encode([new Int32Array(71)], undefined)).toThrow(/1 to 70/);
    expect(() => encoder.encode([new Int32Array(0)], undefined)).toThrow(/0 tokens/);
  });
});
