// Answers as spans: where one may begin and end, and that the one chosen is the likeliest.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentStems } from '../src/ask/content-words.ts';
import { asksForSpan } from '../src/ask/span/asks-for-span.ts';
import { favourIn } from '../src/ask/span/favour.ts';
import { endsOf, type Favour, likeliestSpan } from '../src/ask/span/likeliest-span.ts';
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
  const wanted = (is: (start: number, end: number) => boolean): Favour => ({ of: (start, end) => (is(start, end) ? 0 : undefined), most: 0, starts: new Set() });
  const search = async (text: string, favour: Favour, control?: Int32Array) => {
    const { transformer, tokenizer } = tiny.ctx.model;
    const tokens = tokenizer.encode('Who cast it? Answer:').ids;
    const context = transformer.context([], tokens.length);
    try {
      const [{ logits }] = await transformer.forward([{ context, tokens }], { logits: 'last' });
      return await likeliestSpan(spanPaths(text, tokenizer), favour, { transformer, context, logits: logits!, ends: endsOf(tokenizer), maxTokens: 20, control });
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
    const span = await search(text, wanted(() => true));
    const [best, ...others] = await all(text);
    expect(text.slice(span!.start, span!.end)).toBe(text.slice(best.start, best.end));
    // The best elsewhere may have been left out of the search, never one that is better.
    const elsewhere = others.find(({ start, end }) => end <= best.start || start >= best.end);
    expect(span!.margin).toBeGreaterThan(0);
    expect(span!.margin).toBeGreaterThanOrEqual(best.value - elsewhere!.value - 1e-3);
  });

  test('is one that is wanted, or none', async () => {
    const span = await search(TEXT, wanted((start, end) => TEXT.slice(start, end).includes('Vole')));
    expect(TEXT.slice(span!.start, span!.end)).toContain('Vole');
    expect(span!.margin).toBe(Infinity); // nothing else holds it
    expect(await search(TEXT, wanted(() => false))).toBeUndefined();
    expect(await search('', wanted(() => true))).toBeUndefined();
  });

  test('is one that something else speaks for, found whatever the model thinks of its beginning', async () => {
    const ranked = await all(TEXT);
    for (const { start, end, value } of [ranked[5], ranked.at(-1)!]) {
      const most = ranked[0].value - value + 0.1;
      const span = await search(TEXT, { of: (from, to) => (from === start && to === end ? most : 0), most, starts: new Set() });
      expect([span!.start, span!.end]).toEqual([start, end]);
    }
  });

  test('begins anywhere in a long text where something else speaks for it', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `w${i}`).join(' ');
    const paths = spanPaths(text, tiny.ctx.model.tokenizer);
    for (const start of [paths[5].start, paths[30].start, paths[59].start]) {
      const span = await search(text, { of: (from) => (from === start ? 100 : 0), most: 100, starts: new Set([start]) });
      expect(span!.start).toBe(start);
    }
  });

  test('is cancelled', async () => {
    const control = new Int32Array(new SharedArrayBuffer(8));
    await expect(search(TEXT, wanted(() => { control[0] = 1; return false; }), control)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });
});

describe('values', () => {
  test.each([['Country code: .et', '.et'], ['"d": ["8f", "3c"],', '8f", "3c'], [`Types: ${'a &#1; '.repeat(10)}Matrix`, `${'a &#1; '.repeat(10)}Matrix`]])('a span may begin at a value and go as far as it: %j', (text, value) => {
    const { text: whole, values } = favourIn([{ text, trail: [] }], 'Which?');
    const paths = spanPaths(whole, tiny.ctx.model.tokenizer, values);
    expect(paths.flatMap(({ start, ends }) => [...ends].filter((end) => end >= 0).map((end) => whole.slice(start, end)))).toContain(value);
    expect(new Set(paths.map(({ start }) => start)).size).toBe(paths.length);
  });
});

describe('what speaks for a span', () => {
  const worth = (text: string, span: string, { question = 'Which?', trail = [] as string[] } = {}): number | undefined => {
    const passages = [{ text: 'Something stands before.', trail: [] }, { text, trail }];
    const { text: whole, favour } = favourIn(passages, question);
    const start = whole.indexOf(span, whole.indexOf(text));
    const found = favour.of(start, start + span.length);
    expect(found ?? 0).toBeLessThanOrEqual(favour.most);
    return found;
  };
  test.each([
    ['- Fiscal year: 1 April - 31 March', '1 April - 31 March', 1], ['- Fiscal year: 1 April - 31 March', '31 March', 0],
    ['Revenues: $1.264 billion (2014 est.); 3 expected.', '$1.264 billion', 1], ['Revenues: $1.264 billion (2014 est.); 3 expected.', '3 expected', 0],
    ['Revenues: $1.264 billion (2014 est.)', '$1.264 billion (2014 est.)', 1], ['Country code: .et', '.et', 1], ['Area:\ntotal: 110,860 sq km', '110,860 sq km', 1],
    ['| `x` | number &#124; Unit | The angle. |', 'number &#124; Unit', 1], ['| `x` | number &#124; Unit | The angle. |', 'The angle', 1], ['`x` | number &#124; Unit | The angle.', 'Unit', 0],
    ['"d": "8f-3c",', '8f-3c', 1], ['It was cast in 1781 (by Vole); it rang.', 'It was cast in 1781', 0],
  ])('%j, of it %j: a whole value %s', (text, span, is) => {
    expect(worth(text, span)).toBe(is);
  });

  test.each(['`x` | number | The angle.', '| `x` | number | The angle. |'])('a cell below the column that is asked for: %s', (row) => {
    const asked = { question: 'Which type has the parameter x?', trail: ['Parameter | Type | Description'] };
    expect(worth(row, 'number', asked)).toBe(4);
    expect(worth(row, 'The angle', asked)).toBe(1);
    expect(worth(row, 'x', asked)).toBeUndefined();
  });

  test('the first cell of a row counts too, even where it looks like no label; text behind a table has no cells', () => {
    const asked = { question: 'What type of value does inv return?', trail: ['Type | Description'] };
    const row = 'number &#124; Complex &#124; Matrix | The inverse.';
    expect(worth(row, 'number &#124; Complex &#124; Matrix', asked)).toBe(4);
    expect(worth(row, 'Complex &#124; Matrix', asked)).toBe(0);
    expect(worth('It throws; see below.', 'It throws', asked)).toBe(0);
  });

  test('no words of the question, and no part of the label that it asks for', () => {
    expect(worth('Due date of it: 4 May', 'date of it', { question: 'What is its due date?' })).toBeUndefined();
    expect(worth('Due date of it: 4 May', '4 May', { question: 'What is its due date?' })).toBe(4);
    const record = { question: 'What is the role of Ann?' };
    expect(worth('{"name": "Ann", "role": "smith", "phone": "11-22"}', '11-22', record)).toBeUndefined();
    expect(worth('{"name": "Ann", "role": "smith", "phone": "11-22"}', 'smith', record)).toBe(4);
    expect(worth('Name: Ann Vole\nRole: smith\nPhone: 11-22', 'smith', { question: 'What is it of Ann?' })).toBe(1);
    expect(worth('Name: Ann Vole\nRole: smith\nPhone: 11-22', '11-22', { question: 'What is it of Ann?' })).toBe(1);
    expect(worth('Made on a date.', 'date', { question: 'What is its due date?' })).toBeUndefined();
    expect(worth('Area:\ntotal: 41 km', 'total: 41 km', { question: 'What is its area?' })).toBeUndefined();
    expect(favourIn([], 'Which?')).toMatchObject({ text: '', favour: { most: 0 } });
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
