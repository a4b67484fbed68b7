// A model without turns: what stands around its prompts, and where its answers end.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateAnswer } from '../src/ask/generate.ts';
import { ANSWER_END, rereadPrompt, sparsePrompt } from '../src/ask/prompt.ts';
import { ask, readDocument } from '../src/index.ts';
import { frameOf, promptKindOf } from '../src/frame.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

let base: TinyReader;
let chat: TinyReader;
beforeAll(async () => {
  base = await tinyReader({ base: true });
  chat = await tinyReader();
});
afterAll(() => {
  base.remove();
  chat.remove();
});

test('is one without a chat template, or one that the catalog calls so', () => {
  expect(promptKindOf(base.ctx.model)).toBe('base');
  expect(promptKindOf(chat.ctx.model)).toBe('chat');
  expect(promptKindOf({ file: chat.ctx.model.file, entry: { prompt: 'base' } as never })).toBe('base');
});

test('begins with the token between texts where there is no BOS, and has no tail', () => {
  const { tokenizer } = base.ctx.model;
  expect(tokenizer.bosToken).toBeUndefined();
  expect(frameOf(base.ctx.model)).toEqual({ prefixIds: Int32Array.of(tokenizer.eosToken), tailIds: new Int32Array(0) });
  const framed = frameOf({ ...base.ctx.model, tokenizer: { ...tokenizer, bosToken: 7 } });
  expect(framed.prefixIds).toEqual(Int32Array.of(7));
});

test('gets a prompt that ends where its answer begins, each part on one line', () => {
  const prompt = rereadPrompt([{ trail: ['Keys'], text: 'The key\nis under the mat.\n' }], 'Where is\nthe key?', { kind: 'base', reads: 'sentence' });
  expect(prompt.endsWith('\n\nPassage (Keys): The key is under the mat.\nQuestion: Where is the key?\nAnswer:')).toBe(true);
  expect(sparsePrompt('Where is\nthe key?', 'base')).toBe('\nQuestion: Where is the key?\nAnswer:');
});

test('answers up to the first line end after a word, and streams no more than that', async () => {
  const { model } = base.ctx;
  const output = ' \nUnder the mat. \n\nPassage: none';
  const ids = model.tokenizer.encode(output).ids;
  const context = model.transformer.context([], 8);
  let numAsked = 0;
  // The engine's part is played: it emits the wanted tokens, so that the cut can be tested to the letter.
  const transformer = { ...model.transformer, async generate(_: unknown, { onToken }: { onToken?: (token: number) => boolean | void }) {
    const tokens: number[] = [];
    for (const id of ids) {
      numAsked++;
      tokens.push(id);
      if (onToken?.(id) === false) return { tokens: Int32Array.from(tokens), finishReason: 'cancelled' as const, prefillSeconds: 0, decodeSeconds: 0 };
    }
    return { tokens: Int32Array.from(tokens), finishReason: 'length' as const, prefillSeconds: 0, decodeSeconds: 0 };
  } };
  const deltas: string[] = [];
  const options = { maxOutputTokens: 64, onDelta: (text: string) => { deltas.push(text); } };
  const generated = await generateAnswer({ transformer, tokenizer: model.tokenizer }, context, Int32Array.of(1), { ...options, end: ANSWER_END.base });
  context.dispose();
  expect(generated).toEqual({ text: 'Under the mat.', finishReason: 'stop', numTokens: numAsked });
  expect(deltas.join('').trim()).toBe('Under the mat.');
  expect(numAsked).toBeLessThan(ids.length);
});

test.each(['reread', 'replay', 'sparse'] as const)('is read and asked like any other: %s', async (mode) => {
  const plan = await readDocument(base.ctx, { bytes: Buffer.from('The key is under the mat. The cat sleeps.\n'.repeat(20)), name: 'house.txt' });
  const result = await ask(base.ctx, [plan], { question: 'Where is the key?', routes: ['attention', 'bm25'], top: 4, mode, maxOutputTokens: 8 });
  expect(result.citations[0].text).toContain('key');
  expect(result.answer).not.toMatch(/\n/u);
});
