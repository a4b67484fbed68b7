// Sentences, support and which blocks are read: the parts of asking that need no model.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReaderEmbedder } from '../src/contract.ts';
import { fieldsOf } from '../src/ask/field-label.ts';
import { focus, usefulTrail } from '../src/ask/focus.ts';
import { runsOf } from '../src/ask/read-spans.ts';
import { isRelevant, type QuoteEvidence } from '../src/ask/relevance.ts';
import { BETWEEN_PAIRS, sentencesOf } from '../src/ask/sentences.ts';
import { isSupported } from '../src/ask/support.ts';
import { unitsAfter, unitsBefore } from '../src/find/sentence-edges.ts';
import { CodePointCursor, codePointLength } from '../src/characters.ts';

describe('sentences', () => {
  test('do not end at a wrapped line, but at a blank one', () => {
    const text = 'The first one\nruns on. The second.\n\nA heading\n\nLast';
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim())).toEqual(['The first one\nruns on.', 'The second.', 'A heading', 'Last']);
  });

  test('do not end at an initial or a title', () => {
    const text = 'Named after M. Theo Kearney. He met Dr. Vole of St. Oswin in vitro. Plan B failed.';
    expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim())).toEqual(['Named after M. Theo Kearney.', 'He met Dr. Vole of St. Oswin in vitro.', 'Plan B failed.']);
  });

  test('of a long line end at a space, as the stored vectors of readings do', () => {
    const text = '"k": "v, w", '.repeat(80);
    expect(sentencesOf(text).map(({ end }) => end)).toEqual([499, 997, 1040]);
    expect(sentencesOf(text, BETWEEN_PAIRS).map(({ end }) => end)).toEqual([494, 988, 1040]);
  });

  test('cover all that is not white space, in order, bounded', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (part, times) => {
      const text = `${part}\n`.repeat(times);
      const ranges = sentencesOf(text);
      expect(ranges.map(({ start, end }) => text.slice(start, end)).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      for (const [i, { start, end }] of ranges.entries()) {
        expect(end - start).toBeLessThanOrEqual(501);
        expect(start).toBeGreaterThanOrEqual(ranges[i - 1]?.end ?? 0);
      }
    }));
  });
});

const evidence = (text: string, { trail = [] as string[], around = [] as string[], closeness = undefined as number | undefined, lead = undefined as number | undefined } = {}): QuoteEvidence => ({ quote: { text, trail }, around, closeness, lead });

describe('support', () => {
  const quotes = [evidence('The garrison of Marlow held 412 men under Captain Reyes.')];
  test.each([
    ['412 men', true], ['413 men', false], ['Captain Reyes', true], ['Captain Ahab commanded', false], ['It was Reyes.', true], ['yes', false], ['', false],
    ['The garrison held 412 men.', true], ['The garrison held 412 men under Captain Wexford.', false], ['They were held by 412 men of the English garrison', false], ['The garrison of Marlow', false],
  ])('%j: %s', (answer, supported) => {
    expect(isSupported(answer, 'How many men did the garrison of Marlow hold?', quotes)).toBe(supported);
  });

  test('comes to no answer that only repeats the question, unless the question names the choice', () => {
    const castle = [evidence('Marlow Castle is built of red stone.')];
    expect(isSupported('Of what is Marlow Castle built?', 'Of what is Marlow Castle built?', castle)).toBe(false);
    expect(isSupported('Red stone.', 'Is Marlow Castle built of red stone or of brick?', castle)).toBe(true);
    expect(isSupported('Of red stone.', 'Of what is Marlow Castle built?', castle)).toBe(true);
  });

  test('comes only from a quotation that speaks of what is asked', () => {
    expect(isSupported('412 men', 'How many men did the garrison of Marlow hold?', [evidence('A crowd of 412 men stood by.'), evidence('The garrison of Marlow held out.')])).toBe(false);
  });
});

describe('relevance', () => {
  const text = 'Built in 1712 of red stone.';
  test('counts the words of the headings', () => {
    expect(isRelevant('Of what stone is Marlow Castle?', evidence(text))).toBe(false);
    expect(isRelevant('Of what stone is Marlow Castle?', evidence(text, { trail: ['Marlow Castle'] }))).toBe(true);
  });

  test('needs the names of the question near the quotation', () => {
    expect(isRelevant('When was Marlow built of red stone?', evidence(text))).toBe(false);
    expect(isRelevant('When was Marlow built of red stone?', evidence(text, { around: ['Marlow is old. Built in 1712 of red stone.'] }))).toBe(true);
  });

  test('takes closeness for shared words, and the lack of it against them', () => {
    const question = 'What is the fortress made out of in stone?';
    expect(isRelevant(question, evidence(text))).toBe(false);
    expect(isRelevant(question, evidence(text, { closeness: 0.85 }))).toBe(true);
    expect(isRelevant('When was it built of red stone?', evidence(text, { closeness: -0.2 }))).toBe(false);
  });

  test('of an answer chosen among spans must be the greater, the nearer another span comes', () => {
    const question = 'What is the fortress made out of in stone?';
    expect(isRelevant(question, evidence(text, { closeness: 0.95 }), 2)).toBe(true);
    expect(isRelevant(question, evidence(text, { closeness: 0.95 }), 0.2)).toBe(false);
    expect(isRelevant(question, evidence(text, { closeness: 0.5 }), Infinity)).toBe(false);
    expect(isSupported('red stone', 'Of what stone is Marlow Castle?', [evidence(text, { trail: ['Marlow Castle'], closeness: 0.3 })], 2)).toBe(true);
    expect(isSupported('red stone', 'Of what stone is Marlow Castle?', [evidence(text, { trail: ['Marlow Castle'], closeness: 0.3 })], 0.1)).toBe(false);
  });

  test('is plain of what a second look puts far ahead in other words, but not where shared words or names explain that', () => {
    const question = 'From which mineral was the fortress made?';
    expect(isRelevant(question, evidence(text, { closeness: 0.4, lead: 9 }), 0)).toBe(true);
    expect(isRelevant(question, evidence(text, { closeness: 0.4, lead: 3 }), 0)).toBe(false);
    expect(isRelevant('From which mineral was Marlow made?', evidence(text, { closeness: 0.4, lead: 30, around: ['Marlow is old.'] }), 0)).toBe(false);
    expect(isRelevant('From which red stone was the fortress made?', evidence(text, { closeness: 0.4, lead: 30 }), 0)).toBe(false);
    expect(isSupported('granite', question, [evidence(text, { lead: 9 })], 2)).toBe(false);
  });

  test('of a question without content words is anything', () => {
    expect(isRelevant('What is it?', evidence(text))).toBe(true);
  });
});

describe('focus', () => {
  const span = (text: string, score: number, trail: string[] = []) => ({ document: 'doc_1', text, score, trail, byteStart: 100, startChar: 50 });
  const question = 'Who cast the bell of Saint Oswin?';
  /** To which founding is casting, and nothing else means anything. */
  const embedder = { id: 'e', sha256: '', embedder: { embed: (texts: string[]) => texts.map((text) => (/cast|founded/.test(text) ? Float32Array.of(1, 0) : Float32Array.of(0, 1))) } } as unknown as ReaderEmbedder;

  test('keeps the sentence that shares most words with the question, at its place', async () => {
    const [only, ...none] = await focus([span('Nothing here. Nor here.', 2), span('Ünder it. The bell of Saint Oswin was cast by Vole. More.', 1)], question);
    expect(none).toEqual([]);
    expect(only).toMatchObject({ text: 'The bell of Saint Oswin was cast by Vole. ', startChar: 50 + 10, byteStart: 100 + 11 });
  });

  test('without an embedder keeps the best hit whole where no sentence shares enough', async () => {
    expect(await focus([span('It was a smith. Called Vole.', 1), span('He made it at night. With care.', 2)], question)).toEqual([span('He made it at night. With care.', 2)]);
  });

  test('headings above a sentence count for it', async () => {
    const under = span('It was cast by Vole. It rang.', 1, ['The bell of Saint Oswin']);
    const [only] = await focus([span('The bell was cast. It rang.', 2), under], 'Who cast the bell of Oswin?');
    expect(only.text).toBe('It was cast by Vole. ');
  });

  test('with an embedder the nearest of those that share as many words', async () => {
    const spans = [span('The bell of Oswin was heard. The bell of Oswin was founded by Vole.', 2)];
    expect((await focus(spans, question)).map(({ text }) => text)).toEqual(['The bell of Oswin was heard. ']);
    expect((await focus(spans, question, { embedder })).map(({ text }) => text)).toEqual(['The bell of Oswin was founded by Vole.']);
  });

  test('with an embedder the two nearest where no sentence shares enough, in their order', async () => {
    const first = span('He founded it. It rained. They sang.', 1);
    const second = { ...span('Nobody came. All of it founded in the night.', 2), startChar: 500 };
    expect((await focus([first, second], question, { embedder })).map(({ text }) => text)).toEqual(['He founded it. ', 'All of it founded in the night.']);
  });

  test('where a second look was taken and no sentence shares enough, the nearest of what it put first', async () => {
    const first = span('He founded it. It rained. They sang.', 1);
    const second = { ...span('Nobody came. All of it founded in the night.', 2), startChar: 500 };
    const looked = (startChar: number, endChar: number, document = 'doc_1') => focus([first, second], question, { embedder, looked: { document, startChar, endChar } });
    expect((await looked(500, 550)).map(({ text }) => text)).toEqual(['All of it founded in the night.']);
    expect((await looked(65, 90)).map(({ text }) => text)).toEqual(['It rained. ']);
    expect(await looked(500, 550, 'doc_2')).toHaveLength(2);
    const told = [span('The bell of Saint Oswin was cast by Vole.', 1), second];
    expect((await focus(told, question, { embedder, looked: { document: 'doc_1', startChar: 500, endChar: 550 } })).map(({ text }) => text)).toEqual(['The bell of Saint Oswin was cast by Vole.']);
  });

  test('a line whose label is asked for is shown rather than a sentence with more of the words', async () => {
    const entry = span('- Default: null\n- Type: String\n\nThe value that npm should use by default for it.', 1, ['registry']);
    const shown = async (asked: string) => (await focus([entry], asked)).map(({ text }) => text.trim());
    expect(await shown("What is the default value of npm's setting registry?")).toEqual(['- Default: null']);
    expect(await shown('Which value should npm use?')).toEqual(['The value that npm should use by default for it.']);
  });

  test('a heading gives way to what stands below it, unless it says more than the question and no line below tells', async () => {
    const manual = span('## Function stop\n\nBrings the pump to rest.\n', 1, ['Pump', 'Function stop']);
    const other = { ...span('## Function start\n\nThe function that the pump starts with.\n', 2, ['Pump', 'Function start']), startChar: 500 };
    const chapter = span('CHAPTER 3. The Spouter-Inn\n\nIt was a low place. A chapter of my life began.\n', 1, ['CHAPTER 3. The Spouter-Inn']);
    const shown = async (asked: string, ...spans: Array<typeof manual>) => (await focus(spans, asked)).map(({ text }) => text.trim());
    expect(await shown('What does the function stop do?', other, manual)).toEqual(['Brings the pump to rest.']);
    expect(await shown('What is the title of chapter 3?', span(chapter.text.replace(' A chapter of my life began.', ''), 1, chapter.trail))).toEqual(['CHAPTER 3. The Spouter-Inn']);
    expect(await shown('Of whose life began chapter 3?', chapter)).toEqual(['A chapter of my life began.']);
    expect(await shown('What does the function stop do?', span('## Function stop\n', 1, ['Function stop']))).toEqual(['## Function stop']);
    const alone = span('## Bells\n', 1, ['Bells']);
    expect(await focus([alone], 'Who cast all those bells of iron in winter?', { embedder })).toEqual([alone]);
  });

  test('of lines that say it as well that of the better hit', async () => {
    const lines = [span('New in version 2.', 1, ['Bell']), { ...span('New in version 1.', 3, ['Bell']), startChar: 500 }];
    expect((await focus(lines, 'In which version is Bell new?')).map(({ text }) => text)).toEqual(['New in version 1.']);
    const nearer = { id: 'e', sha256: '', embedder: { embed: (texts: string[]) => texts.map((text) => (/2/.test(text) ? Float32Array.of(0.01, 0) : /1/.test(text) ? Float32Array.of(0, 1) : Float32Array.of(1, 0))) } } as unknown as ReaderEmbedder;
    expect((await focus(lines, 'In which version is Bell new?', { embedder: nearer })).map(({ text }) => text)).toEqual(['New in version 1.']);
  });

  test('shows only headings that add a word of the question', () => {
    expect(usefulTrail({ text: 'It was cast by Vole.', trail: ['Travels', 'Saint Oswin', 'How it was cast'] }, question)).toEqual(['Saint Oswin']);
  });

  test('of nothing is nothing', async () => {
    expect(await focus([], question)).toEqual([]);
    expect(await focus([], question, { embedder })).toEqual([]);
  });
});

describe('labels', () => {
  test('of a record each, with its value', () => {
    const of = (statement: string) => fieldsOf(statement).map(({ labels, valueStart, end }) => [labels.flat().join(' '), statement.slice(valueStart, end)]);
    expect(of('Name: Bob\nPhone: 2\n33')).toEqual([['name', 'Bob\n'], ['phone', '2\n33']]);
    expect(of('{"name": "Bob", "age": 4},')).toEqual([['name', '"Bob", '], ['age', '4},']]);
  });

  test.each([['- **Type:** Boolean', 'Boolean'], ['"depth": "41 m",', '"41 m",'], ['| depth | 41 |', '41 |'], ['Area:\ntotal: 41 km', '41 km']])('the value of %j: %j', (statement, value) => {
    expect(statement.slice(fieldsOf(statement)[0]?.valueStart)).toBe(value);
  });

  test.each([
    ['- Default: null', ['default']], ['**Type:** Boolean', ['type']], ['| `depth` | number | How deep |', ['depth']], ['Depth (in metres): 41', ['depth']],
    ['`depth`: 41', ['depth']], ['Urban population: 20.7%', ['urban', 'popul']],
    ['"depth": 41,', ['depth']], ['{"8f-3c": "x"', ['8f', '3c']], ['depth = 41', []], ['lambda_stmt(lambda: table.select())', []], ['Area (km):\ntotal: 41', ['area', 'total']],
    ['It rang at 12:30 and at noon.', []], ['Default:\n', []], ['Of all that was said of the bell of Saint Oswin only this much stays: it rang.', []], ['No label at all', []], ['', []],
  ])('of %j: %j', (statement, stems) => {
    expect(fieldsOf(statement).flatMap(({ labels }) => labels.flat())).toEqual(stems);
  });
});

describe('runs of blocks', () => {
  test('join where they touch and stay in the document', () => {
    expect(runsOf([{ block: 0, score: 1 }, { block: 3, score: 2 }, { block: 9, score: 3 }], 1, (block) => block >= 0 && block < 10))
      .toEqual([{ first: 0, last: 4, score: 2 }, { first: 8, last: 9, score: 3 }]);
  });
});

describe('sentence edges', () => {
  test.each([
    ['One. Two is', false, ' long', 'Two is'], ['One. ', false, 'Two', ''], ['A heading\n\nTwo ', false, 'is', 'Two '], ['cut word and hal', false, 'f more', 'hal'], ['The first wor', true, 'd', 'The first wor'],
    ['whole word ', false, 'next', ''], ['whole word', false, ' next', ''], ['见了。他说', false, '了话', '他说'], ['没有句号的文字很长人', false, '权宣言', '人'], ['क्या? हाँ। अब', false, ' तक', 'अब'], ['هل؟ نعم', false, ' هو', 'نعم'],
    ['ข้อความภา', false, 'ษาไทย', 'ภา'], ['and 👨‍👩', false, '‍👧 here', '👨‍👩'], ['cafe', false, '\u0301 au', 'cafe'],
  ])('before %j (document start: %s) of %j: %j', (before, atStart, text, expected) => {
    expect(before.slice(before.length - unitsBefore(before, atStart, text))).toBe(expected);
  });

  test.each([
    ['One is', ' two. Three', false, ' two.'], ['One.', ' Two', false, ''], ['He said "so', ' on." And', false, ' on."'], ['A hea', 'ding\n\nText.', false, 'ding'],
    ['no e', 'nd here', false, 'nd'], ['no e', 'nd here', true, 'nd here'],
    ['他说', '了话。后来', false, '了话。'], ['他说了。', '后来', false, ''], ['ज', 'ल। फिर', false, 'ल।'], ['نع', 'م؟ لا', false, 'م؟'], ['ข้อความภา', 'ษาไทย', false, 'ษา'], ['我们的', '世界', false, ''], ['ΤΙ', ';\u037e Ναι', false, ';\u037e'],
  ])('%j followed by %j (document end: %s): %j', (text, after, atEnd, expected) => {
    expect(after.slice(0, unitsAfter(text, after, atEnd))).toBe(expected);
  });
});

describe('code points', () => {
  test('count as the language iterates', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
      expect(codePointLength(text)).toBe([...text].length);
      const cursor = new CodePointCursor(text);
      let unit = 0;
      [...text].forEach((char, i) => {
        expect(cursor.at(unit)).toBe(i);
        unit += char.length;
      });
    }));
  });
});
