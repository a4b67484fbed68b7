// Real, quantised weights: the other engines' logits are the reference's, through the many-rows and the one-row products.
import { expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import { createTokenizer } from '../src/tokenizer/index.ts';
import type { EngineName, Transformer } from '../src/contract.ts';
import { openRealModel } from './real-model.ts';

/** Of the largest logit: float32 against float64 through 30 layers. */
const TOLERANCE = 1e-4;

it('native and tfjs equal reference on the default model', { timeout: 300_000 }, async () => {
  const file = await openRealModel();
  const tokens = createTokenizer(file).encode('The lighthouse keeper of Skerryvore counted 138 steps, every night, for forty years.').ids;
  const reference = await run('reference');
  const largest = reference.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  for (const engine of ['native', 'tfjs'] as const) {
    const actual = await run(engine);
    expect(actual.length).toBe(reference.length);
    const error = reference.reduce((max, x, i) => Math.max(max, Math.abs(x - actual[i])), 0);
    console.log(`${engine} against reference: largest error ${error.toExponential(2)} of a largest logit ${largest.toFixed(2)}`);
    expect(error).toBeLessThan(TOLERANCE * largest);
  }

  async function run(engine: EngineName): Promise<Float32Array> {
    const transformer: Transformer = await loadTransformer(file, { numThreads: 2, precision: 'f32', engines: [engine] });
    const context = transformer.context([], tokens.length);
    const [many] = await transformer.forward([{ context, tokens: tokens.subarray(0, -1) }], { logits: 'all' });
    const [one] = await transformer.forward([{ context, tokens: tokens.subarray(-1) }], { logits: 'last' });
    transformer.dispose();
    return Float32Array.from([...many.logits!.subarray(-10 * file.config.vocabSize), ...one.logits!]);
  }
});
