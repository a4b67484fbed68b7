// all-MiniLM-L6-v2 against Hugging Face: token ids and characters of `tokenizers`, vectors of `transformers` (committed goldens).
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cpuHas, forceIsa, type IsaName } from '../../../sparse-attn/test/cpu.ts';
import { hashFile } from '../../src/catalog/hash-file.ts';
import type { Precision } from '../../src/contract.ts';
import { openEmbedder } from '../../src/embedder/open-embedder.ts';
import { openBertFile } from '../../src/bert/open-bert-file.ts';
import { createWordPieceTokenizer } from '../../src/tokenizer/wordpiece/create-wordpiece-tokenizer.ts';
import { cutWords } from '../../src/tokenizer/wordpiece/cut-words.ts';
import { readGolden } from '../goldens.ts';
import { cosine, largestDifference, resolveRealEmbedder } from './real-embedder.ts';

interface Golden {
  weightsSha256: string;
  codePointBlocks: string[];
  cases: Array<{ text: string; ids: number[] }>;
  vectors: Array<{ text: string; numTokens: number; vector: string }>;
}
const golden = readGolden<Golden>('embedder.json');
const vectors = golden.vectors.map(({ vector, ...rest }) => ({ ...rest, vector: new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer) }));
const { path } = await resolveRealEmbedder();

describe('the tokenizer', () => {
  const tokenizer = createWordPieceTokenizer(openBertFile(path).vocabulary);

  it('makes the same ids', () => {
    expect(golden.cases.length).toBeGreaterThan(100);
    for (const { text, ids } of golden.cases) expect([...tokenizer.encode(text, 1 << 20)], JSON.stringify(text)).toEqual(ids);
  });

  it('takes every code point as the library does', () => {
    expect(golden.codePointBlocks.length).toBe(0x110);
    for (const [block, expected] of golden.codePointBlocks.entries()) {
      const lines: string[] = [];
      for (let code = block * 0x1000; code < (block + 1) * 0x1000; code++) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        const words: string[] = [];
        cutWords(`a${String.fromCodePoint(code)}b`, (word) => words.push(word) > 0);
        lines.push(words.join(' '));
      }
      expect(createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12), `from ${(block * 0x1000).toString(16)}`).toBe(expected);
    }
  });

  it('cuts a long text at the limit, with its end', () => {
    const whole = tokenizer.encode('one two three four five', 100);
    const cut = tokenizer.encode('one two three four five', 5);
    expect([...cut]).toEqual([...whole.subarray(0, 4), whole.at(-1)]);
    expect(tokenizer.encode('word '.repeat(100_000), 512).length).toBe(512);
  });
});

describe('vectors', () => {
  const ISAS: IsaName[] = ['scalar', 'neon', 'avx2', 'avxvnni', 'avx512', 'avx512vnni'];
  afterAll(() => { delete process.env['LECTERN_ISA']; });

  it('are made by the weights of the golden', async () => {
    const weights = join(path, 'model.safetensors');
    expect(await hashFile(weights, openBertFile(path).numBytes, {})).toBe(golden.weightsSha256);
    expect(vectors.length).toBe(12);
    expect(Math.max(...vectors.map(({ numTokens }) => numTokens))).toBeGreaterThan(256);
  });

  it('of the reference engine are those of transformers', async () => {
    const embedder = await openEmbedder(path, { numThreads: 1, engines: ['reference'] });
    const short = vectors.filter(({ numTokens }) => numTokens < 30);
    expect(short.length).toBeGreaterThan(7);
    const made = await embedder.embed(short.map(({ text }) => text));
    for (const [i, { text, vector }] of short.entries()) expect(largestDifference(made[i]!, vector), text).toBeLessThan(1e-6);
  });

  it.each(ISAS.filter(cpuHas))('of the native engine in f32 are those of transformers, with %s', async (isa) => {
    forceIsa(isa);
    const embedder = await openEmbedder(path, { numThreads: 2, precision: 'f32', engines: ['native'] });
    expect(embedder).toMatchObject({ dim: 384, maxTokens: 512, device: `${isa} f32 x2` });
    const made = await embedder.embed(vectors.map(({ text }) => text));
    for (const [i, { text, numTokens, vector }] of vectors.entries()) {
      expect(embedder.numTokens(text)).toBe(numTokens);
      expect(largestDifference(made[i]!, vector), text.slice(0, 40)).toBeLessThan(2e-6);
    }
    embedder.close();
  });

  it.each(ISAS.filter(cpuHas))('in 8 bits point the same way, with %s', async (isa) => {
    forceIsa(isa);
    const embedder = await openEmbedder(path, { numThreads: 2, precision: 'int8' satisfies Precision, engines: ['native'] });
    expect(embedder.device).toBe(`${isa} int8 x2`);
    const texts = vectors.filter(({ numTokens }) => numTokens > 3);
    const made = await embedder.embed(texts.map(({ text }) => text));
    for (const [i, { text, vector }] of texts.entries()) {
      expect(cosine(made[i]!, vector), text.slice(0, 40)).toBeGreaterThan(0.999);
      expect(cosine(made[i]!, made[i]!)).toBeCloseTo(1, 5);
    }
    embedder.close();
  });
});
