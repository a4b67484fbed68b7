// With every block listed, sparse attention over a stored document is dense attention: real weights in the native engine, tiny models in the reference.
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import { createReferenceTransformer } from '../src/reference/transformer.ts';
import { createTokenizer } from '../src/tokenizer/index.ts';
import { openRealModel } from './real-model.ts';
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
    transformer.dispose();
  });
});

it('native, real weights: every block listed equals dense', { timeout: 300_000 }, async () => {
  const file = await openRealModel();
  const tokenizer = createTokenizer(file);
  const transformer = await loadTransformer(file, { numThreads: 2, precision: 'f32', engines: ['native'] });
  const encode = (text: string, parseSpecial = false) => tokenizer.encode(text, { parseSpecial }).ids;
  const facts = ['baker', 'smith', 'miller', 'sailor', 'tailor', 'mason', 'weaver', 'cooper'].flatMap((trade, i) =>
    [1, 2, 3].map((day) => `On day ${day} of the fair the ${trade} sold ${7 * i + 13 * day} pieces, and nobody in the village of Oakham had seen the like before.`));
  const texts = { prefix: encode('<|im_start|>user\n', true), document: encode(facts.join(' ')), question: encode('\n\nHow many pieces did the sailor sell on day 2?') };
  expect(texts.document.length).toBeGreaterThan(400);
  await expectSparseEqualsDense(transformer, texts, 2e-4);
  transformer.dispose();
});
