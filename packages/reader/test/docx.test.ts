// Word files: text, headings, tables, lists, notes; what is no readable Word file is refused in plain words.
import { describe, expect, test } from 'vitest';
import { extractDocx } from '../src/extract/docx/docx.ts';
import { detectMediaType } from '../src/extract/media-type.ts';
import { errorOf } from './expect-error.ts';
import { makeDocx, paragraph, W } from './make-docx.ts';

const LIMITS = { maxBytes: 1e7, maxChars: 1e6, maxPages: 10 };
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const run = (text: string, properties = ''): string => `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;

describe('a Word file', () => {
  test('gives paragraphs, headings by style in any language, and its title', async () => {
    const { title, text, headings, mediaType } = await extractDocx(makeDocx(
      paragraph('Annual Report', 'Titel') + paragraph('Käse 😀', 'berschrift1') + `<w:p>${run('Split over ')}${run('two <![CDATA[&]]> runs.', '<w:b/>')}</w:p>`
      + paragraph('Details', 'Own') + paragraph('Caf&#xE9; &amp; more.', 'Circle')
      + '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Deep</w:t></w:r></w:p>' + paragraph('End.'),
    ), LIMITS);
    expect(text).toBe('Annual Report\n\nKäse 😀\n\nSplit over two & runs.\n\nDetails\n\nCafé & more.\n\nDeep\n\nEnd.\n');
    expect(title).toBe('Annual Report');
    expect(mediaType).toBe(DOCX);
    const points = [...text];
    expect(headings.map((h) => [h.level, h.title, points.slice(h.startChar, h.startChar + 4).join('')])).toEqual([[1, 'Käse 😀', 'Käse'], [2, 'Details', 'Deta'], [3, 'Deep', 'Deep']]);
  });

  test('properties name the title; tables are rows, lists have marks, notes stand at the end', async () => {
    const cell = (text: string): string => `<w:tc>${paragraph(text)}${paragraph(`${text}2`)}</w:tc>`;
    const { title, text } = await extractDocx(makeDocx(
      `<w:tbl><w:tr>${cell('a')}${cell('b')}</w:tr><w:tr>${cell('c')}${cell('d')}</w:tr></w:tbl>`
      + `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>${run('first')}</w:p>`
      + `<w:p>${run('Noted')}<w:r><w:footnoteReference w:id="2"/></w:r>${run(' here')}<w:r><w:tab/></w:r>${run('tab')}<w:r><w:br/></w:r>${run('line')}</w:p>`,
      { title: 'From\n properties', footnotes: `<w:footnote w:type="separator" w:id="0">${paragraph('never')}</w:footnote><w:footnote w:id="2">${paragraph('The note.')}</w:footnote>` },
    ), LIMITS);
    expect(title).toBe('From properties');
    expect(text).toBe('a a2 | b b2\nc c2 | d d2\n\n- first\n\nNoted[2] here tab\nline\n\n[2] The note.\n');
  });

  test('leaves out what was deleted, moved, hidden, or stands in a fallback', async () => {
    const { text } = await extractDocx(makeDocx(
      `<w:p>${run('kept ')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>${run('inserted ')}</w:ins><w:moveFrom>${run('moved')}</w:moveFrom>${run('hidden', '<w:vanish/>')}${run('shown', '<w:vanish w:val="0"/>')}`
      + '<w:r><w:instrText>PAGE</w:instrText></w:r>'
      + `<mc:AlternateContent xmlns:mc="m"><mc:Choice><w:txbxContent>${paragraph('box')}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>${paragraph('box')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:p>`,
    ), LIMITS);
    expect(text).toBe('kept inserted shown\n\nbox\n');
  });

  test('in UTF-16 is read too', async () => {
    const document = `\ufeff<?xml version="1.0" encoding="UTF-16"?><w:document ${W}><w:body>${paragraph('Grüße')}</w:body></w:document>`;
    expect((await extractDocx(makeDocx('', { parts: [{ name: 'word/document2.xml', data: Buffer.from(document, 'utf16le') }] }), LIMITS)).text).toBe('Grüße\n');
  });

  test('reads nine million characters of XML without holding it as a tree', async () => {
    const properties = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="24"/>';
    const body = Array.from({ length: 20_000 }, (_, i) => `<w:p w:rsidR="00AB12CD">${run(`Paragraph ${i} of a long report `, properties)}${run('that goes on for a while.', properties)}</w:p>`).join('');
    const file = makeDocx(body);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const { text } = await extractDocx(file, { ...LIMITS, maxChars: 1e7 });
    expect(performance.now() - started).toBeLessThan(10_000); // 0.6 s on an idle core
    expect(text.length).toBeGreaterThan(1_100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 2 ** 20); // mammoth: 550 MiB
  });
});

describe('refused', () => {
  const ole = (more = ''): Buffer => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from(more, 'utf16le'), Buffer.alloc(64)]);
  test.each([
    ['with a password', ole('EncryptedPackage'), 'DOCUMENT_ENCRYPTED', 'password'],
    ['an old .doc', ole('WordDocument'), 'UNSUPPORTED_MEDIA_TYPE', 'old Office file'],
    ['no archive', Buffer.from('hello'), 'DOCUMENT_UNREADABLE', 'archive is refused'],
    ['cut off', makeDocx(paragraph('x')).subarray(0, 300), 'DOCUMENT_UNREADABLE', 'archive is refused'],
    ['macros by type', makeDocx(paragraph('x'), { mainType: 'application/vnd.ms-word.document.macroEnabled.main+xml' }), 'UNSUPPORTED_MEDIA_TYPE', 'macros'],
    ['macros by part', makeDocx(paragraph('x'), { parts: [{ name: 'word/vbaProject.bin', data: 'x' }] }), 'UNSUPPORTED_MEDIA_TYPE', 'macros'],
    ['a spreadsheet', makeDocx('', { mainType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml' }), 'UNSUPPORTED_MEDIA_TYPE', 'no Word document'],
    ['not UTF-8', makeDocx('', { parts: [{ name: 'word/document2.xml', data: Buffer.from('<w:document>\xff</w:document>', 'latin1') }] }), 'DOCUMENT_ENCODING', 'not valid utf-8'],
  ])('%s', async (_, bytes, code, words) => {
    const error = await errorOf(() => extractDocx(bytes, LIMITS));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test('more text than allowed, as it comes', async () => {
    const error = await errorOf(() => extractDocx(makeDocx(paragraph('x'.repeat(5000)).repeat(10)), { ...LIMITS, maxChars: 10_000 }));
    expect(error).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', details: { what: 'characters', limit: 10_000 } });
  });
});

describe('told by its bytes', () => {
  test.each([['a.docx'], ['a.bin'], ['noname']])('%s', (name) => {
    expect(detectMediaType(name, makeDocx(paragraph('x')).subarray(0, 4096))).toBe(DOCX);
  });
  test.each([['a.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old Office file'], ['a.docx', Buffer.from('hello'), 'no ZIP archive']])('%s is refused', async (name, head, words) => {
    expect((await errorOf(() => detectMediaType(name, head))).message).toContain(words);
  });
});
