// Real text of ten languages, and characters of every size: chunks cover it, offsets and lines are exact, words and sentences fit the script.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declarationParagraphs, LANGUAGES, plantedDeclaration } from '../../../tests/support/languages.ts';
import { sentencesOf } from '../src/ask/sentences.ts';
import { extractDocument } from '../src/extract/index.ts';
import { mainLanguage } from '../src/extract/language.ts';
import { find } from '../src/find/find.ts';
import { readDocument } from '../src/read-document.ts';
import { wordsOf } from '../src/segment/words.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const LIMITS = { maxBytes: 1e8, maxChars: 1e8, maxPages: 10 };
/** Families, flags, skin tones; marks on marks; characters beyond 16 bits; joiners; both directions in one line. */
const ODD = 'Family 👨‍👩‍👧‍👦 and flag 🇩🇪 and wave 👋🏽. E\u0301clair, Z\u0351\u036b\u0343\u036a\u0302al\u0321\u034eg\u0320o! 𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𠜎𠜱 is old. שלום עולם says hello, مرحبا too.\n\nनमस्ते\u200dक्ष, می\u200cخواهم. ';

let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

describe('a text in', () => {
  test.each([...LANGUAGES.map((language) => [language.name, plantedDeclaration(language, 0.12), language.facts[0].question] as const), ['odd characters', ODD.repeat(4), 'Where is the flag?'] as const])(
    '%s is cut, found and quoted at exact places', async (name, text, question) => {
      const plan = await readDocument(reader.ctx, { bytes: Buffer.from(text), name: `${name}.txt` });
      const points = [...text];
      const bytes = Buffer.from(text);
      expect(plan.numChars).toBe(points.length);
      let byte = 0;
      let char = 0;
      for (const chunk of plan.chunks) {
        expect([chunk.byteStart, chunk.charStart]).toEqual([byte, char]);
        expect(bytes.subarray(chunk.byteStart, chunk.byteEnd).toString('utf8')).toBe(points.slice(chunk.charStart, chunk.charEnd).join(''));
        expect(chunk.lineStart).toBe(points.slice(0, chunk.charStart).filter((c) => c === '\n').length + 1);
        byte = chunk.byteEnd;
        char = chunk.charEnd;
      }
      expect([byte, char]).toEqual([bytes.length, points.length]);
      const { passages } = await find(reader.ctx, [plan], { question, routes: ['bm25', 'attention'], top: 50 });
      expect(passages.length).toBeGreaterThan(2);
      for (const passage of passages) {
        expect(points.slice(passage.startChar, passage.endChar).join('')).toBe(passage.text);
        expect(passage.line).toBe(points.slice(0, passage.startChar).filter((c) => c === '\n').length + 1);
        expect(passage.text).not.toMatch(/\p{Cs}/u); // no half of a surrogate pair
      }
    });
});

describe('words', () => {
  const stems = (text: string): string[] => [...wordsOf(text)].map((word) => word.stem);
  test.each([
    ['Chinese in pairs', '世界人权', ['世界', '界人', '人权']], ['one character', '人', ['人']], ['Japanese', 'データを見る', ['デー', 'ータ', 'タを', 'を見', '見る']],
    ['Korean by spaces', '모든 인간은', ['모든', '인간은']], ['Thai in triples', 'ภาษาไทย', ['ภาษ', 'าษา', 'ษาไ', 'าไท', 'ไทย']], ['short Thai', 'ปู', ['ปู']],
    ['mixed with Latin', 'GPU的Node版本', ['gpu', '的', 'node', '版本']],
    ['Hindi whole, marks and all', 'अधिकार और स्वतन्त्रता', ['अधिकार', 'और', 'स्वतन्त्रता']],
    ['Russian stems, stress left off', 'Кни́ги книгами', ['книг', 'книг']], ['Greek without accents, either sigma', 'Νόμος ΝΟΜΟΣ', ['νομοσ', 'νομοσ']],
    ['Arabic without points and fillers', 'كِتَابٌ كتـاب', ['كتاب', 'كتاب']], ['Hebrew without points', 'שָׁלוֹם שלום', ['שלום', 'שלום']],
    ['French with and without accents', 'cafe\u0301 café CAFE', ['cafe', 'cafe', 'cafe']], ['full-width digits', '４１７', ['417']], ['marks alone', '\u0301 \u200d', []],
  ])('%s', (_, text, expected) => {
    expect(stems(text)).toEqual(expected);
  });

  test('stand where they say', () => {
    for (const text of [...LANGUAGES.map((language) => plantedDeclaration(language, 0.2)), ODD]) {
      let before = 0;
      for (const { start, end } of wordsOf(text)) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        expect(text.slice(start, end)).toMatch(/[\p{L}\p{N}]/u);
        before = start;
      }
    }
  });

  test('of a long text without spaces take no longer than its length', () => {
    const million = '人人生而自由在尊严和权利上一律平等'.repeat(60_000);
    const started = performance.now();
    let count = 0;
    for (const _ of wordsOf(million)) count++;
    expect(count).toBe(million.length - 1);
    expect(performance.now() - started).toBeLessThan(20_000); // 1.5 s on an idle core
  });
});

describe('sentences', () => {
  test.each([
    ['Chinese', '他说了。真的吗？是的！好', ['他说了。', '真的吗？', '是的！', '好']], ['Hindi', 'यह सच है। क्या? हाँ।', ['यह सच है।', 'क्या?', 'हाँ।']],
    ['Arabic', 'هل هذا صحيح؟ نعم. شكرا', ['هل هذا صحيح؟', 'نعم.', 'شكرا']],
  ])('%s', (_, text, expected) => {
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim())).toEqual(expected);
  });

  test('without any mark are cut at spaces, and never within a character', () => {
    const thai = 'ข้อความภาษาไทย นี้'.repeat(100);
    const families = '👨‍👩‍👧‍👦'.repeat(200);
    for (const text of [thai, families]) {
      const parts = sentencesOf(text).map(({ start, end }) => text.slice(start, end));
      expect(parts.join('')).toBe(text);
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(501);
    }
    expect(sentencesOf(families).every(({ start }) => start % '👨‍👩‍👧‍👦'.length === 0)).toBe(true);
  });
});

describe('the language of a text', () => {
  const expected: Record<string, string> = {
    Russian: 'Russian or another language in Cyrillic', Arabic: 'Arabic or another language in its script', Hindi: 'Hindi or another language in Devanagari',
  };
  test.each(LANGUAGES.map((language) => [language.name, language] as const))('%s', (name, language) => {
    expect(mainLanguage(declarationParagraphs(language).join('\n'))).toBe(expected[name] ?? name);
  });

  test('is said in a note unless it is English, unknown, or too short to tell', async () => {
    const notes = async (text: string): Promise<string[]> => (await extractDocument(Buffer.from(text), { mediaType: 'text/plain', name: 'x' }, LIMITS)).notes;
    expect(await notes(plantedDeclaration(LANGUAGES.find(({ name }) => name === 'Chinese')!))).toEqual([expect.stringMatching(/mostly Chinese; the default model finds .* trust the quotations$/)]);
    expect(await notes(plantedDeclaration(LANGUAGES.find(({ name }) => name === 'English')!))).toEqual([]);
    expect(await notes('短い')).toEqual([]);
    expect(await notes('const x = y + z; if (x) return foo(bar, baz);\n'.repeat(50))).toEqual([]);
  });
});

describe('one line of two million characters', () => {
  test.each([['words', 'word after word '], ['no spaces', '没有空格的文字'], ['nothing but letters', 'x']])('of %s is extracted and cut in time', async (_, part) => {
    const text = part.repeat(Math.ceil(2_000_000 / part.length));
    const started = performance.now();
    const document = await extractDocument(Buffer.from(text), { mediaType: 'text/plain', name: 'long' }, LIMITS);
    expect(document.text).toBe(text);
    expect(sentencesOf(text.slice(0, 100_000)).length).toBeGreaterThan(190);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
