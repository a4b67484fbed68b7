// Text, Markdown, HTML and encodings: what comes out, and clear errors for what cannot.
import { describe, expect, test } from 'vitest';
import type { MediaType } from '@lectern/shared';
import { extractDocument } from '../src/extract/index.ts';
import { detectMediaType } from '../src/extract/media-type.ts';
import { errorOf } from './expect-error.ts';

const LIMITS = { maxBytes: 1_000_000, maxChars: 100_000, maxPages: 10 };
const extract = (content: string | Uint8Array, mediaType: MediaType = 'text/plain') =>
  extractDocument(typeof content === 'string' ? Buffer.from(content) : content, { mediaType, name: 'file' }, LIMITS);
const at = (text: string, heading: { startChar: number }): string => [...text].slice(heading.startChar).join('');

describe('plain text', () => {
  test('keeps its characters, with \\n line ends', async () => {
    const { text } = await extract('one\r\ntwo\rthree\n😀 four');
    expect(text).toBe('one\ntwo\nthree\n😀 four');
  });

  test('finds chapter lines, numbered titles and shouted lines, with code point offsets', async () => {
    const { text, headings } = await extract(
      '😀 The Book\n\nCHAPTER 12\n\nBiographical.\n\nQueequeg was a native.\n\n2.1 Methods used\n\nWe did.\n\nTHE TRIAL\n\nIt began.\nCHAPTER 13 is quoted here.\n');
    expect(headings.map((h) => h.title)).toEqual(['CHAPTER 12. Biographical.', '2.1 Methods used', 'THE TRIAL']);
    expect(headings.map((h) => h.level)).toEqual([2, 3, 3]);
    for (const [i, start] of ['CHAPTER 12', '2.1', 'THE'].entries()) expect(at(text, headings[i]).startsWith(start)).toBe(true);
  });

  test.each([
    'In 1984 there were many.\n\nChapter and verse were quoted.\n\nPart of it was lost.\n',
    '1. Take two eggs. Beat them.\n\nWHAT?!\n\n| A | B |\n\nSection eight was empty, he said.\n',
  ])('takes no sentence for a heading: %j', async (text) => {
    expect((await extract(text)).headings).toEqual([]);
  });
});

describe('Markdown', () => {
  test('headings by the parser, not inside fences; the text is the source', async () => {
    const source = '# Guide *to* it 😀\n\nText.\n\n```\n# no heading\n```\n\nSetup\n-----\n\n> # quoted\n\n### Deep `code`\n';
    const { title, text, headings } = await extract(source, 'text/markdown');
    expect(text).toBe(source);
    expect(title).toBe('Guide to it 😀');
    expect(headings).toMatchObject([{ level: 1, title: 'Guide to it 😀', startChar: 0 }, { level: 2, title: 'Setup' }, { level: 3, title: 'Deep code' }]);
    expect(at(text, headings[2]).startsWith('### Deep')).toBe(true);
  });
});

describe('Markdown headings', () => {
  const titles = async (source: string): Promise<string[]> => (await extract(source, 'text/markdown')).headings.map((h) => h.title);
  test.each([
    ['in lists and quotes open no section', '- # no\n\n1. ## no\n\n> # no\n\n# yes\n', ['yes']], ['under a list is a rule, no underline', 'Text\n- item\n---\n\nYes\n---\n', ['Yes']],
    ['after code in a list', '- ```\n  # no\n  ```\n\n# yes\n', ['yes']], ['after code in a numbered list', '1.  a\n\n    ```\n    # no\n    ```\n\n# yes\n', ['yes']],
    ['with a long line before', `${'x '.repeat(2000)}\n\n# yes\n`, ['yes']], ['with links and code', '# A [link](http://x) and `code` &amp; more\n', ['A link and code & more']],
    ['of rules there are none', 'a\n\n- - -\n\n* * *\n\n# yes\n', ['yes']],
  ])('%s', async (_, source, expected) => {
    expect(await titles(source)).toEqual(expected);
  });
});

describe('HTML', () => {
  test('no scripts or styles; paragraphs, entities, tables as lines, title, headings', async () => {
    const { title, text, headings } = await extract(
      '<!doctype html><html><head><title>A &amp; B</title><style>p{}</style></head><body><script>alert("<p>no</p>")</script>'
      + '<h1>One\n <em>thing</em></h1><p>Caf&eacute; &lt;x&gt; &#x1F600;</p><ul><li>first<li>second</ul>'
      + '<table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1</td></tr></table><h2>Two</h2>line<br>next<pre> x\n  y</pre></body></html>', 'text/html');
    expect(title).toBe('A & B');
    expect(text).toBe('One thing\n\nCafé <x> 😀\n\n- first\n- second\n\nk | v\na | 1\n\nTwo\n\nline\nnext\n\n x\n  y\n');
    expect(headings).toEqual([{ level: 1, title: 'One thing', startChar: 0 }, { level: 2, title: 'Two', startChar: text.indexOf('Two') - 1 }]);
  });

  test('uses the declared charset when the bytes are not UTF-8', async () => {
    const { text, notes } = await extract(Buffer.from('<html><meta charset="iso-8859-1"><p>caf\xe9</p></html>', 'latin1'), 'text/html');
    expect(text).toBe('café\n');
    expect(notes[0]).toContain('iso-8859-1');
  });

  test('a page of scripts only is empty', async () => {
    expect((await errorOf(() => extract('<html><script>1</script></html>', 'text/html'))).code).toBe('DOCUMENT_EMPTY');
  });
});

describe('encodings', () => {
  test('byte order marks are followed and left out', async () => {
    expect((await extract(Buffer.from('\ufeffhé', 'utf8'))).text).toBe('hé');
    expect((await extract(Buffer.from('\ufeffhé', 'utf16le'))).text).toBe('hé');
    expect((await extract(Buffer.from('\ufeffhé', 'utf16le').swap16())).text).toBe('hé');
  });

  test('Latin-1 French is told and said', async () => {
    const { text, notes } = await extract(Buffer.from('Le café est fermé depuis l\'été dernier, à cause des travaux.', 'latin1'));
    expect(text).toContain('café est fermé');
    expect(notes).toHaveLength(1);
  });

  test.each([
    ['no bytes', Buffer.alloc(0), 'DOCUMENT_EMPTY'],
    ['white space', Buffer.from(' \n\t\n'), 'DOCUMENT_EMPTY'],
    ['NUL bytes', Buffer.from('text\0more'), 'DOCUMENT_BINARY'],
    ['control characters', Buffer.from('ab\x01\x02cd'), 'DOCUMENT_BINARY'],
    ['bytes of no encoding', Buffer.from([0x68, 0x81, 0x8d, 0x8f, 0x9d, 0xff, 0x20, 0x90]), 'DOCUMENT_ENCODING'],
    ['a wrong BOM', Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0xff]), 'DOCUMENT_ENCODING'],
  ])('%s: %s', async (_, bytes, code) => {
    expect((await errorOf(() => extract(bytes))).code).toBe(code);
  });

  test('too large says both numbers', async () => {
    const error = await errorOf(() => extract('x'.repeat(100_001)));
    expect(error.code).toBe('DOCUMENT_TOO_LARGE');
    expect(error.details).toMatchObject({ what: 'characters', actual: 100_001, limit: 100_000 });
  });
});

describe('media types', () => {
  test.each([
    ['a.md', '# x', 'text/markdown'], ['a.txt', 'x', 'text/plain'], ['a', '<!DOCTYPE html><p>', 'text/html'], ['a.htm', 'x', 'text/html'],
    ['a.txt', '%PDF-1.7', 'application/pdf'], ['noext', 'x', 'text/plain'],
  ])('%s with %j is %s', (name, head, type) => {
    expect(detectMediaType(name, Buffer.from(head))).toBe(type);
  });

  test.each([
    ['a.zip', Buffer.from('PK\x03\x04rest'), 'UNSUPPORTED_MEDIA_TYPE'], ['a.png', Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'UNSUPPORTED_MEDIA_TYPE'], ['a.pdf', Buffer.from('hello'), 'UNSUPPORTED_MEDIA_TYPE'],
    ['a.txt', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]), 'DOCUMENT_BINARY'],
  ])('%s is refused', async (name, head, code) => {
    expect((await errorOf(() => detectMediaType(name, head))).code).toBe(code);
  });
});
