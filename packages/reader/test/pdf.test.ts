// PDF: pages, paragraphs, outline, and files that cannot be read.
import { describe, expect, test } from 'vitest';
import { extractPdf, pageList } from '../src/extract/pdf/pdf.ts';
import { errorOf } from './expect-error.ts';
import { makePdf } from './make-pdf.ts';

const LIMITS = { maxBytes: 1e6, maxChars: 1e6, maxPages: 5 };
const page = (...texts: string[]) => ({ lines: texts.map((text, i) => ({ text, y: 700 - 14 * i })) });

describe('PDF', () => {
  test('joins lines to paragraphs, undoes hyphenation, keeps page spans', async () => {
    const pdf = makePdf([
      { lines: [
        { text: 'The Report', y: 740, size: 20 },
        { text: 'The committee met in the old hall and ex-', y: 700 }, { text: 'amined the whole of the evidence before it.', y: 686 },
        { text: 'A second paragraph follows after a gap.', y: 650 },
      ] },
      page('On the second page stands this line.'),
    ], { title: 'Annual report' });
    const { title, text, pages, headings } = await extractPdf(pdf, LIMITS);
    expect(title).toBe('Annual report');
    expect(text).toBe('The Report\n\nThe committee met in the old hall and examined the whole of the evidence before it.\n\n'
      + 'A second paragraph follows after a gap.\n\nOn the second page stands this line.\n\n');
    expect(pages.map((p) => text.slice(p.startChar, p.endChar).slice(0, 6))).toEqual(['The Re', 'On the']);
    expect(pages[1].endChar).toBe(text.length);
    expect(headings).toEqual([{ level: 1, title: 'The Report', startChar: 0 }]);
  });

  test('takes headings from the outline, at the place of their title', async () => {
    const pdf = makePdf([page('Some words before.', 'Whales'), page('Nothing here.')], { outline: [{ title: 'Whales', page: 0 }, { title: 'Absent', page: 1 }] });
    const { text, headings, pages } = await extractPdf(pdf, LIMITS);
    expect(headings).toEqual([{ level: 1, title: 'Whales', startChar: text.indexOf('Whales') }, { level: 1, title: 'Absent', startChar: pages[1].startChar }]);
  });

  test('names the pages without a text layer', async () => {
    const { notes, text } = await extractPdf(makePdf([page('Words.'), page(), page()]), LIMITS);
    expect(notes).toEqual(['pages 2-3 have no text layer and cannot be searched']);
    expect(text).toContain('Words.');
  });

  test('a PDF of images only', async () => {
    const error = await errorOf(() => extractPdf(makePdf([page(), page()]), LIMITS));
    expect(error.code).toBe('DOCUMENT_NO_TEXT_LAYER');
    expect(error.details).toEqual({ pages: [1, 2] });
    expect(error.message).toContain('pages 1-2');
  });

  test('a PDF with a password', async () => {
    expect((await errorOf(() => extractPdf(makePdf([page('secret')], { password: 'open sesame' }), LIMITS))).code).toBe('DOCUMENT_ENCRYPTED');
  });

  test('a broken PDF', async () => {
    expect((await errorOf(() => extractPdf(Buffer.from('%PDF-1.4\nnothing more'), LIMITS))).code).toBe('DOCUMENT_UNREADABLE');
  });

  test('too many pages says both numbers', async () => {
    const error = await errorOf(() => extractPdf(makePdf(Array.from({ length: 6 }, () => page('x'))), LIMITS));
    expect(error).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', details: { what: 'pages', actual: 6, limit: 5 } });
  });

  test('page lists read like language', () => {
    expect(pageList([3, 4, 5, 9])).toBe('pages 3-5 and 9');
    expect(pageList([7])).toBe('page 7');
  });
});
