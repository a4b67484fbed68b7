// EPUB: files in reading order, headings of their own or of the table of contents, protection.
import { describe, expect, test } from 'vitest';
import { extractEpub } from '../src/extract/epub/epub.ts';
import { detectMediaType } from '../src/extract/media-type.ts';
import { errorOf } from './expect-error.ts';
import { makeEpub } from './make-epub.ts';
import { makeZip } from './make-zip.ts';

const LIMITS = { maxBytes: 1e7, maxChars: 1e6, maxPages: 10 };
const at = (text: string, startChar: number): string => [...text].slice(startChar, startChar + 8).join('');

describe('an EPUB', () => {
  test('gives its files in order, with their headings at their places', async () => {
    const { title, text, headings, mediaType } = await extractEpub(makeEpub({
      title: 'Two  tales 😀',
      chapters: [{ path: 'one.xhtml', body: '<h1>One 😀</h1><p>It was&nbsp;dark.</p>' }, { path: 'text/two words.xhtml', body: '<h1>Two</h1><p>It <a id="x"/>was light.</p>' }],
      nav: '<li><a href="one.xhtml">One, again</a></li>',
    }), LIMITS);
    expect(title).toBe('Two tales 😀');
    expect(mediaType).toBe('application/epub+zip');
    expect(text).toBe('One 😀\n\nIt was\u00a0dark.\n\nTwo\n\nIt was light.\n\n');
    expect(headings.map((h) => [h.level, h.title])).toEqual([[1, 'One 😀'], [1, 'Two']]);
    expect(at(text, headings[1].startChar)).toBe('Two\n\nIt ');
  });

  test.each([
    ['nav', { nav: '<li><a href="one.xhtml">First <b>part</b></a><ol><li><a href="one.xhtml#b">Second chapter</a></li><li><a href="gone.xhtml">Gone</a></li></ol></li>' }],
    ['ncx', { ncx: '<navPoint><navLabel><text>First part</text></navLabel><content src="one.xhtml"/><navPoint><navLabel><text>Second chapter</text></navLabel><content src="one.xhtml#b"/></navPoint></navPoint>' }],
  ])('takes missing headings from its %s', async (_, toc) => {
    const filler = `<p>${'Filler of the first. '.repeat(20)}</p>`;
    const { text, headings } = await extractEpub(makeEpub({ chapters: [{ path: 'one.xhtml', body: `${filler}<div id="b"><p>Here begins the second.</p></div>` }], ...toc }), LIMITS);
    expect(headings.map((h) => [h.level, h.title])).toEqual([[1, 'First part'], [2, 'Second chapter']]);
    expect(at(text, headings[1].startChar)).toBe('Here beg');
    expect(text).not.toContain('Contents');
  });

  test('of an old make, in windows-1252 as it declares, is read', async () => {
    const body = Buffer.from('<?xml version="1.0" encoding="windows-1252"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html><body><p>\x93Caf\xe9\x94</p></body></html>', 'latin1');
    expect((await extractEpub(makeEpub({ chapters: [{ path: 'a.xhtml', body: '' }], parts: [{ name: 'OEBPS/a.xhtml', data: body }] }), LIMITS)).text).toBe('“Café”\n\n');
  });

  test('whose fonts alone are obfuscated is read', async () => {
    expect((await extractEpub(makeEpub({ chapters: [{ path: 'a.xhtml', body: '<p>Words.</p>' }], parts: [encryption('http://www.idpf.org/2008/embedding', 'OEBPS/font.otf')] }), LIMITS)).text).toBe('Words.\n\n');
  });

  test('is told by its first entry, or by its container', () => {
    expect(detectMediaType('x', makeEpub({ chapters: [{ path: 'a.xhtml', body: 'x' }] }).subarray(0, 4096))).toBe('application/epub+zip');
    expect(detectMediaType('x', makeZip([{ name: 'META-INF/container.xml', data: 'x' }]))).toBe('application/epub+zip');
  });
});

const encryption = (algorithm: string, path: string) => ({
  name: 'META-INF/encryption.xml',
  data: `<encryption xmlns:enc="e"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/><enc:CipherData><enc:CipherReference URI="${path}"/></enc:CipherData></enc:EncryptedData></encryption>`,
});

describe('refused', () => {
  const chapters = [{ path: 'a.xhtml', body: '<p>x</p>' }];
  test.each([
    ['copy protection', makeEpub({ chapters, parts: [encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'OEBPS/a.xhtml')] }), 'DOCUMENT_ENCRYPTED', 'DRM'],
    ['no container', makeZip([{ name: 'mimetype', data: 'application/epub+zip', isStored: true }]), 'DOCUMENT_UNREADABLE', 'no META-INF/container.xml'],
    ['a missing package', makeEpub({ chapters, parts: [{ name: 'META-INF/container.xml', data: '<rootfile full-path="gone.opf"/>' }] }), 'DOCUMENT_UNREADABLE', 'gone.opf, which is not there'],
    ['a missing chapter', makeEpub({ chapters, parts: [{ name: 'OEBPS/content.opf', data: '<package><manifest><item id="a" href="gone.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>' }] }), 'DOCUMENT_UNREADABLE', 'gone.xhtml'],
    ['an empty reading order', makeEpub({ chapters: [] }), 'DOCUMENT_EMPTY', 'no content files'],
  ])('%s', async (_, bytes, code, words) => {
    const error = await errorOf(() => extractEpub(bytes, LIMITS));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });
});
