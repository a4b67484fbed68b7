// Answers as spans: where one may begin and end, and that the one chosen is the likeliest.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentStems } from '../src/ask/content-words.ts';
import { asksForSpan } from '../src/ask/span/asks-for-span.ts';
import { endsOf, likeliestSpan } from '../src/ask/span/likeliest-span.ts';
import { spanPaths } from '../src/ask/span/span-paths.ts';
import { localReader } from '../src/index.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const TEXT = 'Ebba cast it, née Vole.';

let tiny: TinyReader;
beforeAll(async () => {
  tiny = await tinyReader();
});
afterAll(() => {
  tiny.remove();
});

describe('paths', () => {
  const spansOf = (text: string): string[] => spanPaths(text, tiny.ctx.model.tokenizer).flatMap(({ start, ends }) => [...ends].filter((end) => end >= 0).map((end) => text.slice(start, end)));

  test('begin and end with words, never with an open mark', () => {
    expect(spansOf(TEXT)).toEqual(['Ebba', 'Ebba cast', 'Ebba cast it', 'Ebba cast it, née', 'Ebba cast it, née Vole', 'cast', 'cast it', 'cast it, née', 'cast it, née Vole',
      'it', 'it, née', 'it, née Vole', 'née', 'née Vole', 'Vole'].filter((span) => Buffer.byteLength(` ${span}`) <= 24)); // a token is a byte here
  });

  test('keep what belongs to a number, a name, a bracket', () => {
    expect(spansOf('at 1.4.24')).toEqual(['at', 'at 1.4.24', '1.4.24']);
    expect(spansOf('the U.S. mint')).toEqual(['the', 'the U.S', 'the U.S.', 'the U.S. mint', 'U.S', 'U.S.', 'U.S. mint', 'mint']);
    expect(spansOf("O'Neil (an owl)")).toEqual(["O'Neil", "O'Neil (an", "O'Neil (an owl", "O'Neil (an owl)", 'an', 'an owl', 'an owl)', 'owl', 'owl)']);
  });

  test('go over line ends and not into the next paragraph; characters of several bytes are whole', () => {
    expect(spansOf('blue\nsea\n\nsky')).toEqual(['blue', 'blue\nsea', 'sea', 'sky']);
    expect(spansOf('naïve vœu')).toEqual(['naïve', 'naïve vœu', 'vœu']);
    expect(spansOf('')).toEqual([]);
  });

  test('are whole words where no spaces part them', () => {
    expect(spansOf('鐘は1623年に鋳造された。')).toEqual(expect.arrayContaining(['鐘', '1623', '1623年', '年']));
    expect(spansOf('鐘は1623年に鋳造された。').filter((span) => /^[623]+年?$|。/u.test(span))).toEqual([]);
  });

  test('are as long as a phrase, however many tokens spell it', () => {
    const longest = (text: string): number => Math.max(...spansOf(text).map((span) => Buffer.byteLength(span)));
    expect(longest('a b c d e f g h i j k l m n o p q r s t')).toBe(23); // a byte is a token here, and one is the space before
    const tenWords = 'η καμπάνα του ναού χύθηκε από τον σιδερά Έμπα Βολ';
    expect(spansOf(`${tenWords} του Όσουιν`)).toContain(tenWords);
    expect(spansOf(`${tenWords} του Όσουιν`)).not.toContain(`${tenWords} του`);
    expect(longest('нордическая '.repeat(10))).toBeLessThanOrEqual(96);
  });
});

describe('a question for a span', () => {
  test.each(['Who cast it?', 'Wer hat sie gegossen?', 'En quelle année ?', '¿Dónde está?', 'Quanto costa?', 'Ποιος την έχυσε;', '谁铸造了钟？', 'The weight of the bell is:', 'Key: "8f-3c"\nIts value: '])('%s', (question) => {
    expect(asksForSpan(question)).toBe(true);
  });
  test.each(['Was it cast by Ebba?', 'Is it older, or newer?', 'Tell me about the bell.', 'Comment on it.', 'Summarize: the bell.'])('not: %s', (question) => {
    expect(asksForSpan(question)).toBe(false);
  });
});

describe('the likeliest span', () => {
  const search = async (text: string, isWanted: (start: number, end: number) => boolean, control?: Int32Array) => {
    const { transformer, tokenizer } = tiny.ctx.model;
    const tokens = tokenizer.encode('Who cast it? Answer:').ids;
    const context = transformer.context([], tokens.length);
    try {
      const [{ logits }] = await transformer.forward([{ context, tokens }], { logits: 'last' });
      return await likeliestSpan(spanPaths(text, tokenizer), isWanted, { transformer, context, logits: logits!, ends: endsOf(tokenizer), maxTokens: 20, control });
    } finally {
      context.dispose();
    }
  };

  interface Valued { start: number; end: number; value: number }
  /** All spans, each run by itself, best first. */
  async function all(text: string): Promise<Valued[]> {
    const { transformer, tokenizer } = tiny.ctx.model;
    const ends = endsOf(tokenizer);
    const prompt = tokenizer.encode('Who cast it? Answer:').ids;
    const found: Valued[] = [];
    for (const { start, ids, ends: mayEnd } of spanPaths(text, tokenizer)) {
      for (let n = 1; n <= Math.min(20, ids.length); n++) {
        if (mayEnd[n - 1] < 0) continue;
        const tokens = Int32Array.of(...prompt, ...ids.slice(0, n));
        const context = transformer.context([], tokens.length);
        const [{ logits }] = await transformer.forward([{ context, tokens }], { logits: 'all' });
        context.dispose();
        const size = logits!.length / tokens.length;
        const logProbability = (at: number, of: readonly number[]): number => {
          const row = logits!.subarray(at * size, (at + 1) * size);
          const sum = (tokens: Iterable<number>): number => [...tokens].reduce((total, token) => total + Math.exp(row[token]), 0);
          return Math.log(sum(of) / sum(row.keys()));
        };
        let sum = logProbability(tokens.length - 1, ends);
        for (let i = 0; i < n; i++) sum += logProbability(prompt.length - 1 + i, [ids[i]]);
        found.push({ start, end: mayEnd[n - 1], value: sum / Math.sqrt(n + 1) });
      }
    }
    return found.sort((a, b) => b.value - a.value);
  }

  test.each([TEXT, 'The bell was cast in 1781 by the smith Ebba Vole, who lived at the ford.', 'one two three four five'])('is that of a search through all: %s', async (text) => {
    const span = await search(text, () => true);
    const [best, ...others] = await all(text);
    expect(text.slice(span!.start, span!.end)).toBe(text.slice(best.start, best.end));
    // The best elsewhere may have been left out of the search, never one that is better.
    const elsewhere = others.find(({ start, end }) => end <= best.start || start >= best.end);
    expect(span!.margin).toBeGreaterThan(0);
    expect(span!.margin).toBeGreaterThanOrEqual(best.value - elsewhere!.value - 1e-3);
  });

  test('is one that is wanted, or none', async () => {
    const span = await search(TEXT, (start, end) => TEXT.slice(start, end).includes('Vole'));
    expect(TEXT.slice(span!.start, span!.end)).toContain('Vole');
    expect(span!.margin).toBe(Infinity); // nothing else holds it
    expect(await search(TEXT, () => false)).toBeUndefined();
    expect(await search('', () => true)).toBeUndefined();
  });

  test('is cancelled', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    await expect(search(TEXT, () => { control[0] = 1; return false; }, control)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });
});

describe('a small reader', () => {
  const passages = [{ trail: [], text: TEXT }];

  test('says words of the passage, and one that the question does not hold', async () => {
    const deltas: string[] = [];
    const options = { maxOutputTokens: 20, onDelta: (text: string) => { deltas.push(text); } };
    const { text, finishReason } = await localReader(tiny.ctx.model).answer({ passages, question: 'Who cast it?' }, options);
    expect(TEXT).toContain(text);
    expect(contentStems(text).some((stem) => stem !== 'cast')).toBe(true);
    expect([deltas, finishReason]).toEqual([[text], 'stop']);
  });

  test('says what it will where no span can answer', async () => {
    for (const question of ['Was it cast by Ebba?', 'Who cast it, née Ebba Vole?']) {
      const { text } = await localReader(tiny.ctx.model).answer({ passages, question }, { maxOutputTokens: 20 });
      expect(TEXT).not.toContain(text);
    }
  });
});
