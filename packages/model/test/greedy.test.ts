// Greedy tokens found by the vocabulary's high nibbles are those of the whole logits, on real weights and text; and most low nibbles stay unread.
import { expect, it } from 'vitest';
import { loadTransformer } from '../src/engines.ts';
import { createTokenizer } from '../src/tokenizer/index.ts';
import type { Context, Transformer } from '../src/contract.ts';
import { openRealModel } from './real-model.ts';

const NUM_TOKENS = 12;
const BOS = 2;
const PROMPTS = [
  'The lighthouse keeper of Skerryvore counted 138 steps, every night, for forty years.', 'def fibonacci(n):\n', 'Die Versammlung beschloss am Montag,',
  '日本の首都は', '1, 2, 3, 4,', '<start_of_turn>user\nWrite a short story about a dragon.<end_of_turn>\n<start_of_turn>model\n',
];

it('Gemma 3 270M: generation takes the largest logit of each step', { timeout: 300_000 }, async () => {
  const file = await openRealModel('gemma-3-270m');
  const tokenizer = createTokenizer(file);
  const transformer = await loadTransformer(file, { numThreads: 2, precision: 'int8', engines: ['native'] });
  const bytesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = transformer.traffic().weightBytes;
    await work();
    return transformer.traffic().weightBytes - before;
  };
  let [greedy, whole] = [0, 0];
  for (const prompt of PROMPTS) {
    const tokens = Int32Array.of(BOS, ...tokenizer.encode(prompt).ids);
    const capacity = tokens.length + NUM_TOKENS;
    const contexts = [1, 2].map(() => transformer.context([], capacity));
    let generated!: Int32Array;
    greedy += await bytesOf(async () => {
      generated = (await transformer.generate(contexts[0]!, { tokens, maxTokens: NUM_TOKENS, stopTokens: [] })).tokens;
    });
    whole += await bytesOf(async () => {
      expect(await stepwise(transformer, contexts[1]!, tokens), prompt).toEqual([...generated]);
    });
    for (const context of contexts) context.dispose();
  }
  expect(greedy).toBeLessThan(0.8 * whole);
  transformer.dispose();
});

/** What generate gives, by argmax over the logits of every pass: ties to the lower id. */
async function stepwise(transformer: Transformer, context: Context, prompt: Int32Array): Promise<number[]> {
  const result: number[] = [];
  for (let input = prompt; result.length < NUM_TOKENS; input = Int32Array.from(result.slice(-1))) {
    const logits = (await transformer.forward([{ context, tokens: input }], { logits: 'last' }))[0]!.logits!;
    result.push(logits.reduce((best, logit, id) => (logit > logits[best]! ? id : best), 0));
  }
  return result;
}
