// A context takes the memory of one that was disposed of. Where its rows lie elsewhere, the old bytes must not reach its results.
import { expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import { openRealModel } from './real-model.ts';
import { randomTokens } from './tiny-model.ts';

it.each(['smollm2-135m-instruct', 'gemma-3-270m'])('%s: logits do not depend on the contexts before', { timeout: 120_000 }, async (model) => {
  const file = await openRealModel(model);
  const transformer = await loadTransformer(file, { numThreads: 2, precision: 'int8', engines: ['native'] });
  const tokens = randomTokens(70, file.config.vocabSize, 9);
  const logitsOf = async (capacity: number): Promise<Float32Array> => {
    const context = transformer.context([], capacity);
    let last!: Float32Array;
    for (const [from, to] of [[0, 20], [20, 21], [21, 40], [40, 41]]) {
      last = (await transformer.forward([{ context, tokens: tokens.subarray(from, to) }], { logits: 'last' }))[0].logits!;
    }
    context.dispose();
    return last;
  };
  const expected = await logitsOf(70);
  for (const capacity of [60, 45, 42, 70, 50]) expect(largestError(await logitsOf(capacity), expected), `capacity ${capacity}`).toBe(0);
  transformer.dispose();
});

/** NaN where one of them is. */
function largestError(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}
