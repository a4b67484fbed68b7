// A file that another program wrote (tests/goldens/tiny-llama.gguf, by the Python package gguf), opened whole.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTensor } from '../src/gguf/index.ts';
import { loadFile } from '../src/load-file.ts';

const PATH = fileURLToPath(new URL('../../../tests/goldens/tiny-llama.gguf', import.meta.url));

describe('loadFile', () => {
  it('gives config, tokenizer, chat template and tensors', async () => {
    const { file, tokenizer, chat } = await loadFile(PATH);
    expect(file.config).toMatchObject({ numLayers: 3, dim: 48, numHeads: 6, numKvHeads: 2, headDim: 8, vocabSize: 96, tiedEmbeddings: false, ropeTheta: 10_000 });
    const { ids, byteStarts } = tokenizer.encode('and the thing');
    expect(tokenizer.decode(ids)).toBe('and the thing');
    expect([...byteStarts]).toEqual([0, 3, 4, 7, 10, 13]);
    expect(chat.render([{ role: 'user', content: 'Hi' }], { addGenerationPrompt: true })).toBe('User: Hi\n\nAssistant:');
    const norm = await readTensor(file, 'output_norm.weight');
    expect(norm.length).toBe(48);
    expect(Math.abs(norm.reduce((sum, each) => sum + each, 0) / 48 - 1)).toBeLessThan(0.2); // around 1, as the script draws them
  });
});
