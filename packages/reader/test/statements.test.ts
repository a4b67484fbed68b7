// Items of lists and rows of tables by themselves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadSpan } from '../src/ask/cite.ts';
import { focus } from '../src/ask/focus.ts';
import { sentencesOf } from '../src/ask/sentences.ts';
import { statementsIn } from '../src/ask/statements.ts';
import { DEFAULT_EXTRACT_LIMITS, extractDocument } from '../src/index.ts';

const span = (text: string, trail: string[] = []): ReadSpan => ({ text, trail, document: 'doc_1', byteStart: 100, startChar: 50, score: 1 });
const texts = (text: string): string[] => statementsIn(span(text)).map((one) => one.text);
const TABLE = '| Tree | Height |\n|------|:------:|\n| linden | 21 m |\n| 榆 | 14 m |\n';

test('sentences stay as they are', () => {
  const text = 'The linden is tall - 21 metres. It was felled\nin 1851. Or was it | not?\n\nNo.';
  expect(texts(text)).toEqual(sentencesOf(text).map(({ start, end }) => text.slice(start, end)));
});

test('an item with what continues it', () => {
  expect(texts('- Default: null\n- Type: null or\n  String\n* other\n')).toEqual(['- Default: null\n', '- Type: null or\n  String\n', '* other\n']);
  expect(texts('Ways:\n1. by land\n2) by sea\n')).toEqual(['Ways:\n', '1. by land\n', '2) by sea\n']);
  expect(texts('It grew 4\n-5 metres')).toEqual(['It grew 4\n-5 metres']);
});

test('a row below its table\'s first line, which states nothing by itself', () => {
  const rows = statementsIn(span(`Trees:\n${TABLE}They stand.`, ['Timber']));
  expect(rows.map(({ text, trail }) => [text, trail])).toEqual([
    ['Trees:\n', ['Timber']],
    ['| linden | 21 m |\n', ['Timber', 'Tree | Height']],
    ['| 榆 | 14 m |\n', ['Timber', 'Tree | Height']],
    ['They stand.', ['Timber']],
  ]);
  const whole = `Trees:\n${TABLE}They stand.`;
  for (const { text, startChar, byteStart } of rows) {
    expect([...whole].slice(startChar - 50, startChar - 50 + [...text].length).join('')).toBe(text);
    expect(Buffer.from(whole).subarray(byteStart - 100, byteStart - 100 + Buffer.byteLength(text)).toString()).toBe(text);
  }
});

test('each sentence of a row below its first cell, whatever their length', () => {
  const of = (cell: string) => statementsIn(span(`| Tree | About |\n|---|---|\n| linden | ${cell} |\n| elm | It fell. |\n`));
  expect(of('It is tall. It is old.').map(({ text, trail }) => [text, ...trail])).toEqual([
    ['| linden | It is tall. ', 'Tree | About'], ['It is old. |\n', 'linden'], ['| elm | It fell. |\n', 'Tree | About'],
  ]);
  const long = of('It is a tall old tree. '.repeat(40).trim());
  expect(long.at(-1)).toMatchObject({ text: '| elm | It fell. |\n', trail: ['Tree | About'] });
  expect(long.slice(1, -1).every(({ trail }) => trail.join() === 'linden')).toBe(true);
});

test('rows of a table whose first line stands before the text have none, and keep their first cells', () => {
  const parts = statementsIn(span('| linden | 21 m. It is old. |\n| oak | 18 m |\n| elm | 14 m |\n\nThey | stand.', ['Timber']));
  expect(parts.map(({ text, trail }) => [text, ...trail])).toEqual([
    ['| linden | 21 m. ', 'Timber'], ['It is old. |\n', 'Timber', 'linden'], ['| oak | 18 m |\n', 'Timber'], ['| elm | 14 m |\n', 'Timber'], ['They | stand.', 'Timber'],
  ]);
});

test('a heading, whatever full stops it has', () => {
  const parts = (text: string, title: string): string[] => statementsIn(span(text, ['Book', title])).map((one) => one.text);
  expect(parts('CHAPTER 3. The Inn. A Night\n\nIt was low. It was old.', 'CHAPTER 3. The Inn. A Night')).toEqual(['CHAPTER 3. The Inn. A Night\n', 'It was low. ', 'It was old.']);
  expect(parts('CHAPTER 3.\n\nThe Inn\n\nIt was low.', 'CHAPTER 3. The Inn')).toEqual(['CHAPTER 3.\n\nThe Inn\n', 'It was low.']);
  expect(parts('It was low. It was old.', 'CHAPTER 3')).toEqual(['It was low. ', 'It was old.']);
});

test('names of columns are said in their rows', async () => {
  const of = (name: string, cell: string, startChar: number): ReadSpan => ({ ...span(`## ${name}\n\n| Type | About |\n|---|---|\n| ${cell} | Whether it came to rest. |\n`, ['Pump', name]), startChar });
  const shown = await focus([of('Function start', 'number', 0), of('Function stop', 'boolean', 500)], 'What type of value does the function stop return?');
  expect(shown.map(({ text }) => text)).toEqual(['| boolean | Whether it came to rest. |\n']);
});

test('rows of a table that is too long for a sentence keep its first line', () => {
  const long = `| Tree | Height |\n| --- | --- |\n${Array.from({ length: 60 }, (_, i) => `| tree ${i} | ${i} metres |\n`).join('')}`;
  const rows = statementsIn(span(long));
  expect(rows).toHaveLength(60);
  for (const { trail } of rows) expect(trail).toEqual(['Tree | Height']);
});

test('a short record is one statement: fields below each other, an object', () => {
  const invoice = 'Invoice no.: 7\nDate of issue: 4 May\nTotal: 40 EUR\nto be paid\nby June';
  expect(texts(invoice)).toEqual([invoice]);
  expect(texts(`We wrote to them, as was\nsaid\n${invoice}`)).toEqual(['We wrote to them, as was\nsaid\n', invoice]);
  expect(texts('[{"name": "Ann", "age": 3}, {"name": "Bob",\n"age": 4}]')).toEqual(['[{"name": "Ann", "age": 3}, ', '{"name": "Bob",\n"age": 4}]']);
  expect(texts('- name: Ann\n  role: smith\n- name: Bob\n  role: baker\n')).toEqual(['- name: Ann\n  role: smith\n', '- name: Bob\n  role: baker\n']);
  expect(texts('He said it\nthus: they\nall fell, "so" it is said.')).toEqual(['He said it\nthus: they\nall fell, "so" it is said.']);
});

test.each([
  ['Name: Ann\nPhone: 11\n\nName: Bob\nPhone: 22', 'Name: Bob\nPhone: 22'], ['[{"name": "Ann", "phone": "11"}, {"name": "Bob", "phone": "22"}]', '{"name": "Bob", "phone": "22"}]'],
  ['- name: Ann\n  phone: 11\n- name: Bob\n  phone: 22', '- name: Bob\n  phone: 22'],
])('a reader is shown the record that is asked about: %j', async (text, shown) => {
  expect((await focus([span(text)], 'What is the phone number of Bob?')).map((one) => one.text)).toEqual([shown]);
});

test('of a long record each field, below the first of them', () => {
  const fields = ['Name: Bob', ...Array.from({ length: 20 }, (_, i) => `field ${'x'.repeat(i)}: value ${i}`), 'depth = 41'];
  expect(statementsIn(span(`${fields.join('\n')}\n\nName: Ann`)).map(({ text, trail }) => [text.trim(), trail])).toEqual([
    ['Name: Bob', []], ...fields.slice(1).map((field) => [field, ['Name: Bob']]), ['Name: Ann', []],
  ]);
});

test('of a long object each pair', () => {
  const many = Array.from({ length: 12 }, (_, i) => `"pair ${i}": "x, ${i}"`);
  expect(texts(`{${many.join(', ')}, "c": 2,"d":\n[1, 2], "e": {"f": 1, "g": 2}}`)).toEqual([
    `{${many[0]}, `, ...many.slice(1).map((pair) => `${pair}, `), '"c": 2,', '"d":\n[1, 2], ', '"e": {"f": 1, "g": 2}}',
  ]);
});

test('whatever is parted is whole again', () => {
  const part = fc.constantFrom('"a": ', ', ', 'Label: x\n', '- item\n', '| a | b |\n', '|---|---|\n', 'Words. ', '\n', '𝔘');
  fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
    const text = parts.join('');
    const found = statementsIn(span(text));
    const points = [...text];
    for (const { text: own, startChar, byteStart } of found) {
      expect(own).not.toBe('');
      expect(points.slice(startChar - 50, startChar - 50 + [...own].length).join('')).toBe(own);
      expect(byteStart - 100).toBe(Buffer.byteLength(points.slice(0, startChar - 50).join('')));
    }
    const ends = found.map(({ startChar, text: own }) => startChar + [...own].length);
    for (const [i, { startChar }] of found.slice(1).entries()) expect(startChar).toBeGreaterThanOrEqual(ends[i]);
  }));
});

test('two lines with bars and no rule are no table, nor are lines of different numbers of cells', () => {
  expect(texts('a | b\nc | d\n')).toEqual(['a | b\nc | d\n']);
  expect(texts('a | b\nc | d | e\nf | g\n')).toEqual(['a | b\nc | d | e\nf | g\n']);
});

test('rows of a table of an HTML file stand below its first line, which stays', async () => {
  const html = '<h1>Timber</h1><table><tr><th>Tree</th><th>Height</th><th>Age</th></tr><tr><td>linden</td><td>21 m</td><td>80 years</td></tr><tr><td>oak</td><td>30 m</td><td>200 years</td></tr></table><p>They stand.</p>';
  const { text } = await extractDocument(Buffer.from(html), { name: 'trees.html', mediaType: 'text/html' }, DEFAULT_EXTRACT_LIMITS);
  const head = 'Tree | Height | Age';
  expect(statementsIn(span(text)).map(({ text: own, trail }) => [own.trim(), trail])).toEqual([
    ['Timber', []], [head, []], ['linden | 21 m | 80 years', [head]], ['oak | 30 m | 200 years', [head]], ['They stand.', []],
  ]);
  expect(await focus([span(text)], 'What is the height of the oak?')).toMatchObject([{ text: 'oak | 30 m | 200 years\n', trail: [head] }]);
});

test('a reader is shown the row, below its headings', async () => {
  const shown = await focus([span(`Some trees are old.\n\n${TABLE}`, ['Timber'])], 'What is the height of the linden?');
  expect(shown).toMatchObject([{ text: '| linden | 21 m |\n', trail: ['Timber', 'Tree | Height'] }]);
});

test('a line whose headings hold the rest of the question is enough', async () => {
  const spans = [span('- Default: null\n- Type: Path\n', ['npm', 'Settings', 'cache']), span('- Default: 10\n- Type: Number\n', ['npm', 'Settings', 'logs-max'])];
  expect(await focus(spans, 'Which type does the npm setting logs-max have?')).toMatchObject([{ text: '- Type: Number\n' }]);
});
