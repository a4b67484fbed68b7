// Every engine against the reference, on tiny random models, over the table of all verbs.
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransformer, TRANSFORMER_ENGINES } from '../src/engines.ts';
import type { EngineName, Transformer } from '../src/contract.ts';
import { CASES } from './conformance-cases.ts';
import { TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

/** Of the largest number of an array: float32 sums in another order, through a few layers. */
const TOLERANCE = 2e-4;

const models = await Promise.all(Object.entries(TINY_SHAPES).map(async ([shape, sizes]) => {
  const model = await writeTinyModel(sizes, 42);
  return { shape, ...model, reference: await load(model.file, 'reference') };
}));
afterAll(() => {
  for (const { remove } of models) remove();
});

async function load(file: Parameters<typeof loadTransformer>[0], engine: EngineName): Promise<Transformer> {
  return loadTransformer(file, { numThreads: 2, engines: [engine] });
}

describe.each(TRANSFORMER_ENGINES.filter((engine) => engine !== 'reference'))('engine %s', (engine) => {
  describe.each(models)('$shape', async ({ file, reference }) => {
    let transformer: Transformer | undefined;
    let failure: unknown;
    try {
      transformer = await load(file, engine);
    } catch (error) {
      failure = error;
      console.error(`\n*** engine ${engine} is NOT tested: ${(error as Error).message} ***\n`);
    }
    it.runIf(process.env['CI'] || transformer)('starts', () => {
      expect(failure).toBeUndefined();
      expect(transformer!.engine).toBe(engine);
    });
    it.runIf(transformer).each(CASES)('$name', async ({ run }) => {
      const expected = await run(reference);
      const actual = await run(transformer!);
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected)) expectClose(name, actual[name], values);
    });
  });
});

function expectClose(name: string, actual: Float32Array | Int32Array, expected: Float32Array | Int32Array): void {
  if (expected instanceof Int32Array) {
    expect(actual, name).toEqual(expected);
    return;
  }
  expect(actual.length, name).toBe(expected.length);
  const largest = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]);
    error = Math.max(error, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  expect(error, `${name}: of a largest ${largest}`).toBeLessThanOrEqual(TOLERANCE * largest);
}
