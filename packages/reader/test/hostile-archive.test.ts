// Archives made to harm: each is refused with what was found and the limit, at once, and without unpacking it into memory.
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../src/extract/archive/archive.ts';
import { extractDocx } from '../src/extract/docx/docx.ts';
import { extractEpub } from '../src/extract/epub/epub.ts';
import { errorOf } from './expect-error.ts';
import { makeDocx, paragraph, W } from './make-docx.ts';
import { makeEpub } from './make-epub.ts';
import { makeZip } from './make-zip.ts';

const LIMITS = { maxBytes: 1e8, maxChars: 1e7, maxPages: 10 };
const MIB = 2 ** 20;
const MAX_SECONDS = 2;
const MAX_GROWTH = 128 * MIB;
/** 64 MiB of one letter, packed 1,000:1. */
const BOMB = deflateRawSync(Buffer.alloc(64 * MIB, 'a'));

let started: number;
let before: number;
beforeEach(() => {
  before = process.memoryUsage().rss;
  started = performance.now();
});
afterEach(() => {
  expect((performance.now() - started) / 1000).toBeLessThan(MAX_SECONDS);
  expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH);
});

describe('an archive is refused for', () => {
  test.each([
    ['its ratio', [{ name: 'a', packed: BOMB, uncompressedSize: 64 * MIB }], 'DOCUMENT_TOO_LARGE', /ratio .* is 10\d\d; the limit is 200/],
    ['one huge entry', [{ name: 'a', packed: Buffer.alloc(3 * MIB), uncompressedSize: 400 * MIB }], 'DOCUMENT_TOO_LARGE', /is 419430400; the limit is 268435456/],
    ['all entries together', Array.from({ length: 6 }, (_, i) => ({ name: `a${i}`, packed: Buffer.alloc(2 * MIB), uncompressedSize: 200 * MIB })), 'DOCUMENT_TOO_LARGE', /all entries.*is 1258291200; the limit is 1073741824/],
    ['too many entries', Array.from({ length: 20_001 }, (_, i) => ({ name: `a${i}`, packed: Buffer.alloc(0), isStored: true })), 'DOCUMENT_TOO_LARGE', /number of entries is 20001; the limit is 20000/],
    ['entries that share bytes', [{ name: 'a', data: 'x'.repeat(900) }, { name: 'b', data: 'x'.repeat(900), sharedWith: 0 }], 'DOCUMENT_UNREADABLE', /'b' begins at byte 0, within the entry before it/],
    ['entries that overlap', [{ name: 'a', data: 'x', compressedSize: 500 }, { name: 'b', data: 'y'.repeat(100) }], 'DOCUMENT_UNREADABLE', /'b' begins at byte \d+, within/],
    ['the same name twice', [{ name: 'a', data: 'x' }, { name: 'a', data: 'y' }], 'DOCUMENT_UNREADABLE', /'a' occurs twice/],
    ['the same name in two spellings', [{ name: 'caf\u00e9', data: 'x' }, { name: 'cafe\u0301', data: 'y' }], 'DOCUMENT_UNREADABLE', /occurs twice/],
    ['a path upwards', [{ name: '../../etc/passwd', data: 'x' }], 'DOCUMENT_UNREADABLE', /invalid relative path: \.\.\/\.\.\/etc/],
    ['a path upwards in the middle', [{ name: 'word/../../x', data: 'x' }], 'DOCUMENT_UNREADABLE', /invalid relative path/],
    ['an absolute path', [{ name: '/etc/passwd', data: 'x' }], 'DOCUMENT_UNREADABLE', /absolute path/],
    ['a drive letter', [{ name: 'C:/x', data: 'x' }], 'DOCUMENT_UNREADABLE', /absolute path/],
    ['a backslash', [{ name: 'word\\document.xml', data: 'x' }], 'DOCUMENT_UNREADABLE', /invalid characters in fileName/],
    ['a control character in a name', [{ name: 'a\u001b[31m', data: 'x' }], 'DOCUMENT_UNREADABLE', /control characters/],
    ['a symbolic link', [{ name: 'link', data: '/etc/passwd', mode: 0o120777 }], 'DOCUMENT_UNREADABLE', /'link' is a symbolic link/],
    ['a password', [{ name: 'a', data: 'x', flags: 1 }], 'DOCUMENT_ENCRYPTED', /'a' in the archive is encrypted/],
    ['an unknown method', [{ name: 'a', data: 'x', method: 14 }], 'DOCUMENT_UNREADABLE', /packed by method 14/],
  ])('%s', async (_, entries, code, message) => {
    const error = await errorOf(() => openArchive(makeZip(entries)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test.each([
    ['a size that is too small', { name: 'a', packed: BOMB, uncompressedSize: 1000 }, /too many bytes/],
    ['a size that is too large', { name: 'a', data: 'short', uncompressedSize: 1000 }, /not enough bytes/],
    ['a wrong checksum', { name: 'a', data: 'changed', crc: 1 }, /checksum is \d+, the directory says 1/],
    ['packed bytes that are none', { name: 'a', packed: Buffer.from('no deflate'), uncompressedSize: 10 }, /a: /],
  ])('%s, when the entry is read', async (_, entry, message) => {
    const archive = await openArchive(makeZip([entry]));
    expect((await errorOf(() => archive.read('a'))).message).toMatch(message);
  });

  test('an archive within it is never opened', async () => {
    const inner = makeZip([{ name: 'a', packed: BOMB, uncompressedSize: 64 * MIB }]);
    const { text } = await extractDocx(makeDocx(paragraph('Only this.'), { parts: [{ name: 'word/embeddings/inner.zip', data: inner }] }), LIMITS);
    expect(text).toBe('Only this.\n');
  });
});

describe('XML is refused for', () => {
  const lol = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i === 0 ? '' : i};`.repeat(10)}">`).join('')}]>`;
  const external = '<!DOCTYPE x [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>';
  const document = (doctype: string, inner: string) => makeDocx('', { parts: [{ name: 'word/document2.xml', data: `<?xml version="1.0"?>${doctype}<w:document ${W}><w:body>${inner}</w:body></w:document>` }] });
  test.each([
    ['entities in a Word file', () => extractDocx(document(lol, paragraph('&lol9;')), LIMITS), /declares a document type or entities/],
    ['external entities in a Word file', () => extractDocx(document(external, paragraph('&xxe;')), LIMITS), /declares a document type or entities/],
    ['an external document type in a Word file', () => extractDocx(document('<!DOCTYPE x SYSTEM "http://example.org/x.dtd">', paragraph('x')), LIMITS), /declares a document type/],
    ['entities in a chapter', () => extractEpub(makeEpub({ chapters: [{ path: 'a.xhtml', body: `<?xml version="1.0"?>${lol}<html><body>&lol9;</body></html>` }] }), LIMITS), /declares 10 entities: 0 are allowed/],
    ['entities in a package', () => extractEpub(makeEpub({ chapters: [], parts: [{ name: 'OEBPS/content.opf', data: `${external}<package>&xxe;</package>` }] }), LIMITS), /declares a document type or entities/],
    ['elements nested without end', () => extractDocx(makeDocx('<w:p>'.repeat(100_000)), LIMITS), /nests elements 257 deep; the limit is 256/],
  ])('%s', async (_, call, message) => {
    const error = await errorOf(call);
    expect(error.code).toBe('DOCUMENT_UNREADABLE');
    expect(error.message).toMatch(message);
  });
});
