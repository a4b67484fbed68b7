// Logits of tiny random models of every architecture equal those of Hugging Face transformers (committed goldens), in every engine.
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransformer, TRANSFORMER_ENGINES } from '../src/engines.ts';
import { openModelFile } from '../src/open-model-file.ts';
import { goldenUrl, readGolden } from './goldens.ts';

/** Of the largest logit: transformers computes in float32 too. */
const TOLERANCE = 1e-5;
const NAMES = ['tiny-llama', 'tiny-llama3', 'tiny-qwen2', 'tiny-qwen3', 'tiny-gemma3'];

interface Golden {
  cases: Array<{ tokens: number[]; logits: string }>; // logits: of the last tokens, or all
}

const models = await Promise.all(NAMES.map(async (name) => ({
  name, file: await openModelFile(fileURLToPath(goldenUrl(`${name}.gguf`))), cases: readGolden<Golden>(`${name}.json`).cases,
})));

it('the goldens cover what their configurations say', () => {
  const configs = Object.fromEntries(models.map(({ name, file }) => [name, file.config]));
  const factors = [...configs['tiny-llama3']!.ropeFactors!]; // short waves as they are, long ones by 8, two between
  expect([factors[0], ...factors.slice(3)]).toEqual([1, 8, 8, 8, 8, 8]);
  for (const factor of factors.slice(1, 3)) expect(factor > 1 && factor < 8).toBe(true);
  expect(configs['tiny-qwen2']!.qkvBias).toBe(true);
  expect(configs['tiny-qwen3']).toMatchObject({ qkNorm: true, headDim: 16, dim: 32, numHeads: 4 });
  const { slidingWindow, ...gemma } = configs['tiny-gemma3']!;
  expect(slidingWindow).toEqual({ numTokens: 16, layers: [true, false, true], ropeTheta: 10_000 });
  expect(gemma).toMatchObject({ numKvHeads: 1, postNorms: true, activation: 'gelu', embeddingScale: Math.sqrt(32), ropeFactors: new Float32Array(8).fill(4) });
});

describe.each(TRANSFORMER_ENGINES)('engine %s', (engine) => {
  describe.each(models)('$name', async ({ name, file, cases }) => {
    const transformer = await loadTransformer(file, { numThreads: 2, precision: 'f32', engines: [engine] }).catch((error: Error) => {
      if (process.env['CI']) throw error;
      console.error(`\n*** engine ${engine} is NOT tested: ${error.message} ***\n`);
      return undefined;
    });
    afterAll(() => transformer?.dispose());

    it.runIf(transformer).each(cases)('$tokens.length tokens', async ({ tokens, logits }) => {
      const expected = new Float32Array(Uint8Array.from(Buffer.from(logits, 'base64')).buffer); // (numRows, vocabSize)
      expect(expected.length).toBeGreaterThanOrEqual(Math.min(tokens.length, 24) * file.config.vocabSize);
      const [result] = await transformer!.forward([{ context: transformer!.context([], tokens.length), tokens: Int32Array.from(tokens) }], { logits: 'all' });
      const actual = result.logits!.subarray(-expected.length);
      expect(actual.length).toBe(expected.length);
      const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
      const error = expected.reduce((max, x, i) => Math.max(max, Math.abs(x - actual[i]!)), 0);
      console.log(`${engine}, ${name}, ${tokens.length} tokens: largest error ${error.toExponential(2)} of ${largest.toFixed(2)}`);
      expect(error).toBeLessThan(TOLERANCE * largest);
    });
  });
});
