// Token ids equal llama.cpp's, for the model's own pre-tokenizer and the others that are known.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelFile, Tokenizer } from '../../src/contract.ts';
import { createTokenizer } from '../../src/tokenizer/index.ts';
import { defaultModelFile, withMetadata } from './model.ts';

interface Case { text: string; ids: number[]; others?: Record<string, number[]>; parseSpecial?: boolean }

const { cases } = JSON.parse(readFileSync(new URL('../../../../tests/goldens/tokenizer.json', import.meta.url), 'utf8')) as { cases: Case[] };
const plain = cases.filter((each) => !each.parseSpecial);

let file: ModelFile;
let tokenizer: Tokenizer;
beforeAll(async () => {
  file = await defaultModelFile();
  tokenizer = createTokenizer(file);
});

const label = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);

describe('token ids equal llama.cpp', () => {
  it('on at least 60 texts', () => {
    expect(plain.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases.map((each, i) => [i, label(each.text), each] as const))('case %i: %s', (_, __, { text, ids, parseSpecial }) => {
    expect([...tokenizer.encode(text, { parseSpecial: parseSpecial ?? false }).ids]).toEqual(ids);
  });

  it.each(['gpt-2', 'llama-bpe', 'qwen2'])('with the pre-tokenizer %s', (pre) => {
    const other = createTokenizer(withMetadata(file, 'tokenizer.ggml.pre', pre));
    for (const { text, ids, others } of plain) expect([...other.encode(text).ids], label(text)).toEqual(others?.[pre] ?? ids);
    expect(plain.filter(({ others }) => others?.[pre]).length).toBeGreaterThan(5); // it is not the model's own
  });

  it('again from the cache', () => {
    for (const { text, ids } of plain) expect([...tokenizer.encode(text).ids]).toEqual(ids);
  });
});
