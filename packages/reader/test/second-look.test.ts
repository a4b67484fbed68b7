// The second look: what it scores is the model's own probability, and what it does to the order of passages.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scoreText } from '@lectern/model';
import { find, readDocument } from '../src/index.ts';
import type { ReaderModel, ReadingPlan } from '../src/contract.ts';
import { isOpen, MIN_RIVALS, secondLook, whyNoSecondLook } from '../src/find/second-look/second-look.ts';
import { MAX_QUESTION_TOKENS, MAX_TEXT_TOKENS, questionLikelihoods, TOKENS_AT_ONCE } from '../src/find/second-look/question-likelihood.ts';
import { likelihoodPrompt } from '../src/find/second-look/prompt.ts';
import { frameOf } from '../src/frame.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const QUESTION = 'Who cast it?';

describe.each([false, true])('base model: %s', (base) => {
  let tiny: TinyReader;
  beforeAll(async () => {
    tiny = await tinyReader({ base });
  });
  afterAll(() => {
    tiny.remove();
  });

  test('the likelihood of a question is the sum of what its tokens have in one pass over all of it', async () => {
    const { model } = tiny.ctx;
    const ids = (text: string): Int32Array => model.tokenizer.encode(text).ids;
    const { prefixIds } = frameOf(model);
    const { head, between } = likelihoodPrompt(model);
    const texts = Array.from({ length: 60 }, (_, i) => `Bell ${i} was cast by Vole.`);
    expect(texts.length * ids(texts[0] + QUESTION).length).toBeGreaterThan(2 * TOKENS_AT_ONCE); // more than two batches
    const found = await questionLikelihoods(model, QUESTION, texts);
    expect(found).toHaveLength(texts.length);
    for (const at of [0, 5, 20, 59]) {
      const before = [...prefixIds, ...head, ...ids(texts[at]), ...between];
      const { losses } = await scoreText(model.transformer, Int32Array.of(...before, ...ids(QUESTION)));
      expect(found[at]).toBeCloseTo(-losses.slice(before.length - 1).reduce((sum, loss) => sum + loss, 0), 3);
    }
  });
});

describe('what stands before a text', () => {
  let tiny: TinyReader;
  beforeAll(async () => {
    tiny = await tinyReader();
  });
  afterAll(() => {
    tiny.remove();
  });

  const shown = (model: ReaderModel): string => {
    const { head, between } = likelihoodPrompt(model);
    return model.tokenizer.decode([...frameOf(model).prefixIds, ...head, ...model.tokenizer.encode('TEXT').ids, ...between], { special: true });
  };

  test('examples are turns of the template, and the text is the last one', () => {
    const turns = shown(tiny.ctx.model).split('<|im_start|>').slice(1);
    expect(turns.map((turn) => turn.split('\n')[0])).toEqual(Array.from({ length: 3 }, () => ['user', 'assistant']).flat());
    expect(turns[0]).toMatch(/^user\nWrite a question that the passage answers\.\n\nPassage:\n.+\.<\|im_end\|>\n$/u);
    for (const at of [1, 3]) expect(turns[at]).toMatch(/^assistant\n.+\?<\|im_end\|>\n$/u);
    expect(turns.slice(-2)).toEqual(['user\nPassage:\nTEXT<|im_end|>\n', 'assistant\n']);
  });

  test('a base model sees passage and question, without examples', async () => {
    const base = await tinyReader({ base: true });
    try {
      const { model } = base.ctx;
      const { head, between } = likelihoodPrompt(model);
      expect(model.tokenizer.decode([...head, ...model.tokenizer.encode('TEXT').ids, ...between])).toBe('Passage:\nTEXT\n\nQuestion: ');
    } finally {
      base.remove();
    }
  });

  test('a template that writes its first turn otherwise when others follow has no examples', () => {
    const { chat, tokenizer } = tiny.ctx.model;
    const model: ReaderModel = {
      ...tiny.ctx.model, tokenizer: { ...tokenizer }, // frames are remembered by tokenizer
      chat: { render: (messages, options) => `${messages.length} turns\n${chat.render(messages, options)}` },
    };
    expect(shown(model)).toBe('1 turns\n<|im_start|>user\nWrite a question that the passage answers.\n\nPassage:\nTEXT<|im_end|>\n<|im_start|>assistant\n');
  });
});

describe('on a reading', () => {
  let tiny: TinyReader;
  let plan: ReadingPlan;
  beforeAll(async () => {
    tiny = await tinyReader();
    const lines = Array.from({ length: 60 }, (_, i) => `In the year ${1400 + 7 * i} the smith Ebba of valley number ${i} made a bell of bronze and tin.`);
    plan = await readDocument(tiny.ctx, { bytes: Buffer.from(lines.join('\n')), name: 'bells.txt' });
  });
  afterAll(() => {
    tiny.remove();
  });

  test('candidates come in falling order of their likelihood; the same text has the same rank', async () => {
    const candidates = ['Nothing was ever made by anyone in there.', 'Ebba cast the bell in the valley of the smiths.', 'Nothing was ever made by anyone in there.', ''].map((text, block) => ({ block: 10 + block, text, closeness: 0 }));
    const scores = await questionLikelihoods(tiny.ctx.model, QUESTION, candidates.map(({ text }) => text));
    const { route, blocks, ranks } = await secondLook(tiny.ctx, QUESTION, candidates);
    expect(route).toBe('second-look');
    expect([...blocks].sort()).toEqual([10, 11, 12, 13]);
    const scoreOf = (block: number): number => scores[block - 10];
    for (let i = 1; i < blocks.length; i++) expect(scoreOf(blocks[i])).toBeLessThanOrEqual(scoreOf(blocks[i - 1]));
    expect(ranks![blocks.indexOf(10)]).toBe(ranks![blocks.indexOf(12)]);
    expect(new Set(ranks).size).toBe(3);
  });

  test('the lead is over the next other sentence, and is known only where enough stood against it', async () => {
    const lines = ['Ebba cast the bell.', ...Array.from({ length: MIN_RIVALS - 2 }, (_, i) => `Mill ${i} of the valley.`), 'Ebba cast the bell.'];
    const candidates = lines.map((text, block) => ({ block, text, closeness: text.startsWith('Ebba') ? 5 : 0 }));
    const { lead, blocks } = await secondLook(tiny.ctx, QUESTION, candidates);
    expect(blocks.slice(0, 2)).toEqual([0, MIN_RIVALS - 1]);
    const scores = await questionLikelihoods(tiny.ctx.model, QUESTION, lines);
    expect(lead).toBeCloseTo(scores[0] + 50 - Math.max(...scores.slice(1, -1)), 4);
    expect(await secondLook(tiny.ctx, QUESTION, candidates.slice(0, -1))).not.toHaveProperty('lead');
    expect(await secondLook(tiny.ctx, QUESTION, candidates.map((each) => ({ ...each, text: lines[0] })))).not.toHaveProperty('lead');
  });

  test('closeness counts beside likelihood', async () => {
    const texts = ['It was made of bronze by the smith.', 'A cat sat on the old mill of Marlow.'];
    const [first, second] = await questionLikelihoods(tiny.ctx.model, QUESTION, texts);
    const order = async (closeness: number[]) => (await secondLook(tiny.ctx, QUESTION, texts.map((text, block) => ({ block, text, closeness: closeness[block] })))).blocks;
    expect(await order([0.3, 0.3])).toEqual(first >= second ? [0, 1] : [1, 0]);
    const ahead = (Math.abs(first - second) + 0.1) / 10;
    expect(await order([ahead, 0])).toEqual([0, 1]);
    expect(await order([0, ahead])).toEqual([1, 0]);
  });

  test('is asked for beside a route that finds', async () => {
    await expect(find(tiny.ctx, [plan], { question: QUESTION, routes: ['second-look'] })).rejects.toMatchObject({ code: 'VALIDATION', message: expect.stringMatching(/another route/) });
  });

  test('is left out with the reason where the engine is slow or the question long, and only where words leave it open', async () => {
    const routes = ['bm25', 'second-look'] as const;
    const open = await find(tiny.ctx, [plan], { question: 'Who took away the horses that nobody in the valley had seen since Easter?', routes });
    expect(open.notes).toEqual(['found without a second look: the engine reference would take too long for it']);
    const told = await find(tiny.ctx, [plan], { question: 'smith Ebba of valley number 31', routes });
    expect(told.notes).toEqual([]);
    const native = { model: { ...tiny.ctx.model, transformer: { ...tiny.ctx.model.transformer, engine: 'native' as const } } };
    expect(whyNoSecondLook(native, 'a'.repeat(MAX_QUESTION_TOKENS))).toBeUndefined(); // a token is a byte here
    expect(whyNoSecondLook(native, 'a'.repeat(MAX_QUESTION_TOKENS + 1))).toMatch(/too long/);
  });

  test('what the last question was scored by is not computed again', async () => {
    const { model } = tiny.ctx;
    let numPasses = 0;
    const counting = { ...model, transformer: { ...model.transformer, forward: (...args: Parameters<typeof model.transformer.forward>) => { numPasses++; return model.transformer.forward(...args); } } };
    const asked = async (question: string, texts: string[]) => {
      numPasses = 0;
      return { found: await questionLikelihoods(counting, question, texts), numPasses };
    };
    const first = await asked(QUESTION, ['A bell.', 'A smith.']);
    expect(first.numPasses).toBeGreaterThan(0);
    expect(await asked(QUESTION, ['A smith.', 'A bell.', 'A bell.'])).toEqual({ found: [first.found[1], first.found[0], first.found[0]], numPasses: 0 });
    const more = await asked(QUESTION, ['A mill.', 'A bell.']);
    expect([more.found[1], more.numPasses > 0]).toEqual([first.found[0], true]);
    expect((await asked('Who broke it?', ['A bell.'])).found[0]).not.toBe(first.found[0]);
    expect((await asked(QUESTION, ['A bell.'])).found[0]).toBe(first.found[0]);
  });

  test('a cancel stops it', async () => {
    await expect(questionLikelihoods(tiny.ctx.model, QUESTION, ['A bell that nobody heard.'], Int32Array.of(1, 0))).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('of a long text the beginning is read', async () => {
    const text = 'x'.repeat(MAX_TEXT_TOKENS);
    const [short, long, other] = await questionLikelihoods(tiny.ctx.model, QUESTION, [text, `${text}yyy`, `y${text}`]);
    expect(long).toBe(short);
    expect(other).not.toBe(short);
  });
});

test('words leave a question open where no block covers enough of them, or nobody looked at words', () => {
  const words = (worth: number[]) => [{ route: 'bm25' as const, blocks: worth.map((_, i) => i), worth }];
  expect(isOpen(words([0.9, 0.1]))).toBe(false);
  expect(isOpen(words([0.1]))).toBe(true);
  expect(isOpen(words([]))).toBe(true);
  expect(isOpen([{ route: 'embedding', blocks: [1] }])).toBe(true);
});
