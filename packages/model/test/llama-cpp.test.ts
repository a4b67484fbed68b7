// Teacher-forced on real weights: after every given token our largest logit is llama.cpp's, wherever llama.cpp's best two are far enough apart.
// llama.cpp rounds activations to 8 bits before each product, our engine does not: near ties may fall either way.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import type { Transformer } from '../src/contract.ts';
import { readGolden } from './goldens.ts';
import { DEFAULT_MODEL, openRealModel } from './real-model.ts';

/** Logits: above this gap of llama.cpp's best two every arg-max must agree. The widest gap where one does not is 0.408. */
const DELTA = 0.45;
/** Of all places, near ties too. Measured: 1,482 of 1,536. */
const MIN_AGREEMENT = 0.96;
const REPORTED_DELTAS = [0, 0.05, 0.1, 0.2, 0.3, 0.4, DELTA, 1];

interface ForcedGolden {
  model: string;
  numForced: number;
  /** forced[i] is given after place i, where llama.cpp's best token is argmax[i], `gap[i]` above the second best. */
  cases: Array<{ prompt: number[]; forced: number[]; argmax: number[]; gap: number[] }>;
}

interface Place { ours: number; argmax: number; gap: number }

const golden = readGolden<ForcedGolden>('forced.json');
let transformer: Transformer;
let places: Place[] = [];

beforeAll(async () => {
  transformer = await loadTransformer(await openRealModel(), { numThreads: 2, engines: ['native'] });
  for (const each of golden.cases) {
    const input = Int32Array.from([...each.prompt, ...each.forced.slice(0, -1)]);
    const argmaxes = await argmaxAfter(input, each.prompt.length - 1);
    places = places.concat(argmaxes.map((ours, i) => ({ ours, argmax: each.argmax[i], gap: each.gap[i] })));
  }
}, 300_000);
afterAll(() => transformer.dispose());

it('the goldens are of this model, 32 prompts x 48 tokens', () => {
  expect(golden.model).toBe(DEFAULT_MODEL);
  expect(golden.cases.length).toBe(32);
  expect(places.length).toBe(32 * 48);
});

it(`every arg-max equals llama.cpp's where its best two are more than ${DELTA} apart`, () => {
  for (const delta of REPORTED_DELTAS) {
    const decided = places.filter(({ gap }) => gap > delta);
    const agreeing = decided.filter(({ ours, argmax }) => ours === argmax);
    console.log(`gap > ${delta}: ${agreeing.length} of ${decided.length} agree`);
  }
  const decided = places.filter(({ gap }) => gap > DELTA);
  expect(decided.filter(({ ours, argmax }) => ours !== argmax)).toEqual([]);
  expect(decided.length).toBeGreaterThan(0.75 * places.length);
});

it(`at least ${100 * MIN_AGREEMENT} % agree, near ties included`, () => {
  expect(places.filter(({ ours, argmax }) => ours === argmax).length / places.length).toBeGreaterThan(MIN_AGREEMENT);
});

/** Largest logit after each token of the input from index `first` on. */
async function argmaxAfter(input: Int32Array, first: number): Promise<number[]> {
  const context = transformer.context([], input.length);
  if (first > 0) await transformer.forward([{ context, tokens: input.subarray(0, first) }], {});
  const [{ logits }] = await transformer.forward([{ context, tokens: input.subarray(first) }], { logits: 'all' });
  context.dispose();
  const { vocabSize } = transformer.config;
  return Array.from({ length: input.length - first }, (_, row) => {
    const start = row * vocabSize;
    let best = 0;
    for (let token = 1; token < vocabSize; token++) if (logits![start + token] > logits![start + best]) best = token;
    return best;
  });
}
