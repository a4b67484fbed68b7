// Logits of a tiny random llama equal those of Hugging Face transformers (committed goldens), in every engine.
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransformer, TRANSFORMER_ENGINES } from '../src/engines.ts';
import { openModelFile } from '../src/gguf/index.ts';
import { goldenUrl, readGolden } from './goldens.ts';

/** Of the largest logit: transformers computes in float32 too. */
const TOLERANCE = 1e-5;

const { cases } = readGolden<{ cases: Array<{ tokens: number[]; logits: string }> }>('tiny-llama.json');
const file = await openModelFile(fileURLToPath(goldenUrl('tiny-llama.gguf')));

describe.each(TRANSFORMER_ENGINES)('engine %s', async (engine) => {
  const transformer = await loadTransformer(file, { numThreads: 2, engines: [engine] }).catch((error: Error) => {
    if (process.env['CI']) throw error;
    console.error(`\n*** engine ${engine} is NOT tested: ${error.message} ***\n`);
    return undefined;
  });
  afterAll(() => transformer?.dispose());

  it.runIf(transformer).each(cases)('$tokens.length tokens', async ({ tokens, logits }) => {
    const expected = new Float32Array(Uint8Array.from(Buffer.from(logits, 'base64')).buffer); // (numTokens, vocabSize)
    const [result] = await transformer!.forward([{ context: transformer!.context([], tokens.length), tokens: Int32Array.from(tokens) }], { logits: 'all' });
    const actual = result.logits!;
    expect(actual.length).toBe(tokens.length * file.config.vocabSize);
    expect(actual.length).toBe(expected.length);
    const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const error = expected.reduce((max, x, i) => Math.max(max, Math.abs(x - actual[i])), 0);
    console.log(`${engine}, ${tokens.length} tokens: largest error ${error.toExponential(2)} of ${largest.toFixed(2)}`);
    expect(error).toBeLessThan(TOLERANCE * largest);
  });
});
