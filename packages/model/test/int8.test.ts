// What 8 bits cost, on real weights and text: the next token that the model would give, the perplexity, and the keys that questions are
// found with, against the f32 path.
// The same over 64K tokens of a book: `npm run bench -- precision`.
import { expect, it } from 'vitest';
import { compareScores, scoreText, type TextScore } from '../src/common/score-text.ts';
import { loadTransformer } from '../src/engines.ts';
import type { ModelFile, Precision } from '../src/contract.ts';
import { readGolden } from './goldens.ts';
import { openRealModel } from './real-model.ts';

const MIN_AGREEMENT = 0.97;
const MAX_PERPLEXITY_CHANGE = 0.01;
const MAX_LENGTH = 96; // tokens of a text

it.each([['smollm2-135m-instruct', 'forced.json'], ['gemma-3-270m', 'forced-gemma.json']])('%s: the same next token at 97 % of the places, perplexity within 1 %', { timeout: 600_000 }, async (model, golden) => {
  const file = await openRealModel(model);
  const { cases } = readGolden<{ cases: Array<{ prompt: number[]; forced: number[] }> }>(golden);
  const texts = cases.map(({ prompt, forced }) => Int32Array.from([...prompt, ...forced].slice(0, MAX_LENGTH)));
  const f32 = await scoreTexts(file, 'f32', texts);
  const int8 = await scoreTexts(file, 'int8', texts);
  const { numTokens, agreement, ratio } = compareScores(f32, int8);
  console.log(`${model}: ${(100 * agreement).toFixed(2)} % of ${numTokens} next tokens agree; perplexity ${(100 * (ratio - 1)).toFixed(2)} %`);
  expect(numTokens).toBeGreaterThan(1_500);
  expect(agreement).toBeLessThan(1); // it is another path
  expect(agreement).toBeGreaterThanOrEqual(MIN_AGREEMENT);
  expect(Math.abs(ratio - 1)).toBeLessThan(MAX_PERPLEXITY_CHANGE);
});

it.each([['smollm2-135m-instruct', 'forced.json', 18], ['gemma-3-270m', 'forced-gemma.json', 5]])('%s: keys to find with, read up to their layer, are off by at most a twentieth of their length', { timeout: 600_000 }, async (model, golden, layer) => {
  const file = await openRealModel(model);
  const { cases } = readGolden<{ cases: Array<{ prompt: number[]; forced: number[] }> }>(golden);
  const tokens = Int32Array.from(cases.flatMap(({ prompt, forced }) => [...prompt, ...forced])).subarray(0, 1_000);
  const keysOf = async (precision: Precision, whole: boolean): Promise<Float32Array> => {
    const transformer = await loadTransformer(file, { numThreads: 2, precision, engines: ['native'] });
    const context = transformer.context([], tokens.length);
    await transformer.forward([{ context, tokens }], whole ? {} : { untilLayer: layer });
    const heads = Array.from({ length: file.config.numKvHeads }, (_, kvHead) => ({ layer, kvHead }));
    const { keys } = transformer.takeBlocks(context, 0, tokens.length, heads, false);
    transformer.dispose();
    return keys.slice();
  };
  const exact = await keysOf('f32', false);
  const [early, whole] = [relativeError(await keysOf('int8', false), exact), relativeError(await keysOf('int8', true), exact)];
  console.log(`${model}, layer ${layer}: keys off by ${early.toFixed(4)} of their length in a pass that stops there, by ${whole.toFixed(4)} in a whole one`);
  expect(early).toBeLessThan(1 / 20);
  expect(whole).toBeLessThan(early); // one activation scale per group of 32 instead of one per row
});

/** Root of the mean square of the differences, of that of the exact ones. */
function relativeError(values: Float32Array, exact: Float32Array): number {
  const squares = (of: (i: number) => number): number => exact.reduce((sum, _, i) => sum + of(i) ** 2, 0);
  return Math.sqrt(squares((i) => values[i] - exact[i]) / squares((i) => exact[i]));
}

async function scoreTexts(file: ModelFile, precision: Precision, texts: readonly Int32Array[]): Promise<TextScore[]> {
  const transformer = await loadTransformer(file, { numThreads: 2, precision, engines: ['native'] });
  expect(transformer.device).toContain(` ${precision} `);
  const scores: TextScore[] = [];
  for (const tokens of texts) scores.push(await scoreText(transformer, tokens));
  transformer.dispose();
  return scores;
}
