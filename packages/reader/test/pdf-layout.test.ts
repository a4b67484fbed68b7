// PDF layout: running heads and feet, hyphens, columns, paragraphs over page breaks, bookmarks; and a real document of hundreds of pages.
import { describe, expect, test } from 'vitest';
import { readingStretches } from '../src/extract/pdf/columns.ts';
import { itemsToLines, type TextItem } from '../src/extract/pdf/lines.ts';
import { joinLines } from '../src/extract/pdf/paragraphs.ts';
import { extractPdf } from '../src/extract/pdf/pdf.ts';
import { makePdf, type PdfPage } from './make-pdf.ts';

const LIMITS = { maxBytes: 1e7, maxChars: 1e6, maxPages: 100 };
const FULL = 'A line of running text that fills the measure of the page, word by word'; // about 380 points at 12
const lines = (texts: readonly string[], top = 700): PdfPage['lines'] => texts.map((text, i) => ({ text, y: top - 14 * i }));
const body = (seed: number): string[] => Array.from({ length: 6 }, (_, i) => `${FULL} ${'abcdefghij'[seed % 10]}${'klmnop'[i]}.`);

describe('running heads and feet', () => {
  test('are left out, with page numbers, and counted in a note; spans stay exact', async () => {
    const pages = Array.from({ length: 8 }, (_, i): PdfPage => ({
      lines: [
        { text: i % 2 === 0 ? 'The History of Lights' : `${'Chapter of rocks,Chapter of sand'.split(',')[i >> 2]}   ${i + 11}`, y: 760, size: 9 },
        ...lines(body(i)),
        { text: i % 2 === 0 ? `${i + 11}` : 'Draft of 3 May', y: 40, size: 9 },
      ],
    }));
    const { text, notes, pages: spans } = await extractPdf(makePdf(pages), LIMITS);
    expect(text).not.toMatch(/History of Lights|Chapter of|Draft|\b1[1-8]\b/);
    expect(notes).toEqual(['running heads, feet and page numbers were left out: 16 lines on 8 pages']);
    const points = [...text];
    expect(spans.map((s) => points.slice(s.startChar, s.endChar).join('').trimEnd().slice(-3))).toEqual(Array.from('abcdefgh', (c) => `${c}p.`));
  });

  test('a line twice, a repeated line in the middle, and rising numbers that are no page numbers stay', async () => {
    const pages = Array.from({ length: 5 }, (_, i): PdfPage => ({
      lines: [{ text: i < 2 ? 'Only twice' : `Unlike ${'xyz'[i - 2]}`, y: 760 }, ...lines([...body(i).slice(0, 3), 'Chorus', ...body(i).slice(3)]), { text: String(100 * i + 7), y: 500 }, { text: `Last ${'vwxyz'[i]}`, y: 300 }],
    }));
    const { text, notes } = await extractPdf(makePdf(pages), LIMITS);
    expect(text.match(/Chorus/g)).toHaveLength(5);
    expect(text.match(/Only twice/g)).toHaveLength(2);
    expect(text).toContain('207');
    expect(notes).toEqual([]);
  });

  test('pages that hold nothing but the same line keep it', async () => {
    expect((await extractPdf(makePdf(Array.from({ length: 4 }, () => ({ lines: lines(['LABEL']) }))), LIMITS)).text.match(/LABEL/g)).toHaveLength(4);
  });
});

describe('lines join', () => {
  const compounds = new Set(['well-known']);
  test.each([
    ['exam', '- ined', 'exam - ined'], ['an ex-', 'amined case', 'an examined case'], ['a well-', 'known man', 'a well-known man'], ['soft\u00adhy\u00ad', 'phen', 'soft\u00adhyphen'],
    ['Anglo-', 'Saxon', 'Anglo-Saxon'], ['1990-', '1995', '1990-1995'], ['DNA-', 'based', 'DNA-based'], ['a dash -', 'then', 'a dash - then'], ['one', 'two', 'one two'],
    ['世界人权', '宣言', '世界人权宣言'], ['日本の', 'テキスト', '日本のテキスト'], ['한국어', '문장', '한국어 문장'], ['ภาษา', 'ไทย', 'ภาษาไทย'], ['中文', 'English', '中文 English'],
  ])('%j and %j: %j', (head, tail, joined) => {
    expect(joinLines(head, tail, compounds)).toBe(joined);
  });
});

describe('paragraphs over page breaks', () => {
  test.each([
    ['that goes on in lower case', [`${FULL} a`, `${FULL} b and then`], ['went on to the end of it.'], /b and then went on/],
    ['cut within a word', [`${FULL} a`, `${FULL} examin-`], ['ation of the matter.'], /examination of/],
    ['that goes on with a name', [`${FULL} a`, `${FULL} b`], ['Smith was there to see it all.'], /b Smith was/],
  ])('%s', async (_, first, second, joined) => {
    const { text, pages } = await extractPdf(makePdf([{ lines: lines(first) }, { lines: lines(second) }]), LIMITS);
    expect(text).toMatch(joined);
    expect(text.slice(pages[1].startChar)).toBe(`${second.join(' ')}\n\n`);
    expect(pages[0].endChar).toBe(pages[1].startChar);
  });

  test('that ended are kept apart; an empty page between stands where the next begins', async () => {
    const { text, pages } = await extractPdf(makePdf([{ lines: lines([`${FULL} a.`]) }, { lines: [] }, { lines: lines(['And a new one.']) }]), LIMITS);
    expect(text).toBe(`${FULL} a.\n\nAnd a new one.\n\n`);
    expect(pages[1]).toEqual({ page: 2, startChar: pages[2].startChar, endChar: pages[2].startChar });
  });
});

describe('columns', () => {
  const column = (name: string, x: number): PdfPage['lines'] => Array.from({ length: 8 }, (_, i) => ({ text: `${name}${i} words of this narrow column here`, x, y: 650 - 14 * i, size: 10 }));
  const order = (text: string): string => (text.match(/[LMR]\d/g) ?? []).join(' ');
  const expected = (names: string): string => [...names].flatMap((name) => Array.from({ length: 8 }, (_, i) => `${name}${i}`)).join(' ');

  test('written row by row are read one after the other, under a title across both', async () => {
    const rows = column('L', 72).flatMap((line, i) => [line, column('R', 320)[i]]);
    const { text, headings } = await extractPdf(makePdf([{ lines: [{ text: 'A wide title that stands across both of the columns', y: 720, size: 18 }, ...rows] }]), LIMITS);
    expect(order(text)).toBe(expected('LR'));
    expect(text.startsWith('A wide title')).toBe(true);
    expect(headings).toHaveLength(1);
  });

  test('with a line across in the middle are read above it first', async () => {
    const rows = column('L', 72).flatMap((line, i) => [line, column('R', 320)[i]]);
    const lower = rows.map((line) => ({ ...line, text: line.text.replace('L', 'M').replace('R', 'M'), y: line.y - 200 }));
    const { text } = await extractPdf(makePdf([{ lines: [...rows, { text: 'Figure 1: a caption that runs over the whole width of the page', y: 500, size: 10 }, ...lower] }]), LIMITS);
    expect(order(text).startsWith(expected('LR'))).toBe(true);
    expect(text.indexOf('Figure 1')).toBeGreaterThan(text.indexOf('R7'));
    expect(text.indexOf('Figure 1')).toBeLessThan(text.indexOf('M0'));
  });

  test('of three', async () => {
    const narrow = (name: string, x: number): PdfPage['lines'] => column(name, x).map((line) => ({ ...line, text: `${line.text.slice(0, 2)} words in a column`, size: 9 }));
    const [l, m, r] = [narrow('L', 60), narrow('M', 240), narrow('R', 420)];
    expect(order((await extractPdf(makePdf([{ lines: l.flatMap((line, i) => [line, m[i], r[i]]) }]), LIMITS)).text)).toBe(expected('LMR'));
  });

  test('a table of short cells stays in rows', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => [{ text: `item number ${i}`, x: 72, y: 650 - 14 * i }, { text: `${i * 13}.00`, x: 400, y: 650 - 14 * i }]).flat();
    expect((await extractPdf(makePdf([{ lines: rows }]), LIMITS)).text).toMatch(/item number 1 13\.00\s+item number 2 26\.00/);
  });

  test('items written from right to left are one line', () => {
    const items: TextItem[] = [{ str: 'أهلا', x: 200, y: 10, width: 40, size: 12, isRtl: true }, { str: 'وسهلا', x: 150, y: 10, width: 46, size: 12, isRtl: true }];
    expect(itemsToLines(items)).toMatchObject([{ text: 'أهلا وسهلا', x: 150, right: 240 }]);
    expect(readingStretches(items)).toHaveLength(1);
  });
});

describe('bookmarks', () => {
  test('have levels, lead to names, and stand where they point', async () => {
    const pages: PdfPage[] = [{ lines: [...lines(['Intro', ...body(0)]), ...lines(['Intro', ...body(1)], 500)] }, { lines: lines(['Something else.', 'Again.']) }];
    const { text, headings, pages: spans } = await extractPdf(makePdf(pages, {
      outline: [{ title: 'Part', page: 0, children: [{ title: 'Intro', page: 0, top: 512, children: [{ title: 'Not in the text', page: 0, top: 512 }] }] }, { title: 'Named', page: 1, byName: true, top: 760 }],
    }), LIMITS);
    const second = text.indexOf('Intro', 10);
    expect(second).toBeGreaterThan(100);
    expect(headings).toEqual([
      { level: 1, title: 'Part', startChar: 0 }, { level: 2, title: 'Intro', startChar: second }, { level: 3, title: 'Not in the text', startChar: second },
      { level: 1, title: 'Named', startChar: spans[1].startChar },
    ]);
  });
});
