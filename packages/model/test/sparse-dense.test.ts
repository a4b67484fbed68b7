// With every block listed, sparse attention over a stored document is dense attention: on the tiny models in the reference engine.
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceTransformer } from '../src/reference/transformer.ts';
import { expectSparseEqualsDense } from './sparse-equals-dense.ts';
import { randomTokens, TINY_SHAPES, writeTinyModel } from './tiny-model.ts';

const models = await Promise.all(Object.entries(TINY_SHAPES).map(async ([shape, sizes]) => ({ shape, ...(await writeTinyModel(sizes, 3)) })));
afterAll(() => {
  for (const { remove } of models) remove();
});

describe.each(models)('reference, $shape', ({ file }) => {
  it('every block listed equals dense', async () => {
    const transformer = await createReferenceTransformer(file, { numThreads: 1 });
    const tokens = randomTokens(320, file.config.vocabSize, 5);
    await expectSparseEqualsDense(transformer, { prefix: tokens.subarray(0, 4), document: tokens.subarray(4, 300), question: tokens.subarray(300) }, 1e-5);
    expect(transformer.traffic().keyValueBytes).toBeGreaterThan(0);
  });
});
