// Runs the tables over one engine: the cases against the reference, the refusals by their codes, cancel and progress.
import { expect, it } from 'vitest';
import type { Context, Transformer } from '../src/contract.ts';
import { CASES } from './conformance-cases.ts';
import { REFUSALS } from './conformance-refusals.ts';
import { randomTokens } from './tiny-model.ts';

/** Of the largest number of an array: float32 sums in another order, through a few layers. */
const TOLERANCE = 2e-4;

export function describeCases(transformer: Transformer, reference: Transformer): void {
  it.each(CASES)('$name', async ({ run }) => {
    const expected = await run(reference);
    const actual = await run(transformer);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(expected)) expectClose(name, actual[name], values);
  });
}

export function describeRefusals(transformer: Transformer): void {
  it.each(REFUSALS)('refuses $name', async ({ run, code }) => {
    await expect(async () => run(transformer)).rejects.toMatchObject(code ? { name: 'ServiceError', code } : {});
  });

  it('a cancelled pass leaves the context as it was', async () => {
    const tokens = randomTokens(10, transformer.config.vocabSize, 1);
    const forward = async (context: Context, input: Int32Array, control: Int32Array) =>
      (await transformer.forward([{ context, tokens: input }], { logits: 'last', control }))[0].logits;
    const control = new Int32Array(new SharedArrayBuffer(8));
    const [interrupted, calm] = [transformer.context([], 30), transformer.context([], 30)];
    for (const context of [interrupted, calm]) await forward(context, tokens.subarray(0, 5), control);
    expect(control[1]).toBe(1000);
    control[0] = 1;
    await expect(async () => forward(interrupted, tokens.subarray(5), control)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    control[0] = 0;
    expect(interrupted.numTokens).toBe(5);
    expect(await forward(interrupted, tokens.subarray(5), control)).toEqual(await forward(calm, tokens.subarray(5), control));
  });

  it('counts its traffic', async () => {
    const before = transformer.traffic();
    await transformer.forward([{ context: transformer.context([], 9), tokens: randomTokens(9, transformer.config.vocabSize, 1) }], {});
    const after = transformer.traffic();
    expect(after.keyValueBytes).toBeGreaterThan(before.keyValueBytes);
    expect(after.weightBytes).toBeGreaterThan(before.weightBytes);
  });
}

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
