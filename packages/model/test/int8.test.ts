// What 8 bits cost, on real weights and text: the next token that the model would give and the perplexity, against the f32 path.
// The same over 64K tokens: `npm run bench -- precision`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import type { ModelFile, Precision } from '../src/contract.ts';
import { readGolden } from './goldens.ts';
import { openRealModel } from './real-model.ts';

const MIN_AGREEMENT = 0.97;
const MAX_PERPLEXITY_CHANGE = 0.01;
const MAX_LENGTH = 96; // tokens of a case: logits of all take vocabSize floats each

interface Score { argmaxes: number[]; nll: number[] }

describe.each([['smollm2-135m-instruct', 'forced.json'], ['gemma-3-270m', 'forced-gemma.json']])('%s', (model, golden) => {
  let file: ModelFile;
  const scores: Partial<Record<Precision, Score>> = {};

  beforeAll(async () => {
    file = await openRealModel(model);
    const { cases } = readGolden<{ cases: Array<{ prompt: number[]; forced: number[] }> }>(golden);
    const texts = cases.map(({ prompt, forced }) => Int32Array.from([...prompt, ...forced].slice(0, MAX_LENGTH)));
    for (const precision of ['f32', 'int8'] as const) scores[precision] = await score(file, precision, texts);
  }, 600_000);

  it('the same next token at 97 % of the places, perplexity within 1 %', () => {
    const { f32, int8 } = scores as Record<Precision, Score>;
    const agreement = mean(f32.argmaxes.map((token, i) => Number(token === int8.argmaxes[i])));
    const change = Math.exp(mean(int8.nll) - mean(f32.nll)) - 1;
    console.log(`${model}: ${(100 * agreement).toFixed(2)} % of ${f32.argmaxes.length} next tokens agree; perplexity ${(100 * change).toFixed(2)} %`);
    expect(f32.argmaxes.length).toBeGreaterThan(1_500);
    expect(agreement).toBeLessThan(1); // it is another path
    expect(agreement).toBeGreaterThanOrEqual(MIN_AGREEMENT);
    expect(Math.abs(change)).toBeLessThan(MAX_PERPLEXITY_CHANGE);
  });
});

async function score(file: ModelFile, precision: Precision, texts: readonly Int32Array[]): Promise<Score> {
  const transformer = await loadTransformer(file, { numThreads: 2, precision, engines: ['native'] });
  afterAll(() => transformer.dispose());
  expect(transformer.device).toContain(` ${precision} `);
  const result: Score = { argmaxes: [], nll: [] };
  for (const tokens of texts) {
    const context = transformer.context([], tokens.length);
    const [{ logits }] = await transformer.forward([{ context, tokens }], { logits: 'all' });
    context.dispose();
    for (let i = 0; i < tokens.length; i++) {
      const row = logits!.subarray(i * file.config.vocabSize, (i + 1) * file.config.vocabSize);
      const argmax = indexOfMax(row);
      result.argmaxes.push(argmax);
      if (i + 1 < tokens.length) result.nll.push(row[argmax]! - row[tokens[i + 1]!]! + Math.log(sumOfExp(row, row[argmax]!)));
    }
  }
  return result;
}

function indexOfMax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

function sumOfExp(row: Float32Array, max: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i]! - max);
  return sum;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
