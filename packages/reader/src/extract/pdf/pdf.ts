// PDF -> text by pages, through pdf.js. No OCR: a page without a text layer is named, not guessed.
import { ServiceError } from '@lectern/shared';
import { getDocumentProxy } from 'unpdf';
import { codePointLength } from '../../characters.ts';
import type { ExtractedDocument, ExtractLimits, Heading, PageSpan } from '../../contract.ts';
import { checkLimit } from '../limits.ts';
import { itemsToLines, linesToParagraphs, type TextItem } from './lines.ts';
import { outlineHeadings } from './outline.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type Paragraph = { text: string; size: number };

export async function extractPdf(bytes: Uint8Array, limits: ExtractLimits): Promise<ExtractedDocument> {
  const pdf = await open(bytes);
  try {
    checkLimit('pages', pdf.numPages, limits.maxPages);
    const pageParagraphs: Paragraph[][] = [];
    const emptyPages: number[] = [];
    for (let page = 1; page <= pdf.numPages; page++) {
      const paragraphs = await readPage(pdf, page);
      if (paragraphs.length === 0) emptyPages.push(page);
      pageParagraphs.push(paragraphs);
    }
    if (emptyPages.length === pdf.numPages) {
      throw new ServiceError('DOCUMENT_NO_TEXT_LAYER', `${pageList(emptyPages)} ${emptyPages.length === 1 ? 'has' : 'have'} no text layer: the PDF holds only images; run OCR on it first`, {
        details: { pages: emptyPages },
      });
    }
    const { text, pages, pageStarts, paragraphs } = assemble(pageParagraphs);
    const outline = await outlineHeadings(pdf, text, pages, pageStarts);
    const notes = emptyPages.length === 0 ? [] : [`${pageList(emptyPages)} ${emptyPages.length === 1 ? 'has' : 'have'} no text layer and cannot be searched`];
    return {
      title: await titleOf(pdf), text, mediaType: 'application/pdf',
      headings: outline.length > 0 ? outline : largeTypeHeadings(paragraphs), pages, notes,
    };
  } catch (error) {
    throw error instanceof ServiceError ? error : unreadable(error);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array): Promise<PdfDocument> {
  try {
    // pdf.js takes the buffer over: it gets a copy. verbosity 0: libraries do not log.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, isEvalSupported: false });
  } catch (error) {
    if ((error as Error).name === 'PasswordException') {
      throw new ServiceError('DOCUMENT_ENCRYPTED', 'the PDF is encrypted and needs a password; save it without one', { cause: error });
    }
    throw unreadable(error);
  }
}

const unreadable = (error: unknown): ServiceError =>
  new ServiceError('DOCUMENT_UNREADABLE', `the PDF cannot be read: ${(error as Error).message}`, { cause: error });

async function readPage(pdf: PdfDocument, pageNumber: number): Promise<Paragraph[]> {
  const page = await pdf.getPage(pageNumber);
  const content = await page.getTextContent();
  const items: TextItem[] = [];
  for (const item of content.items) {
    if (!('str' in item)) continue;
    const [a, b, , d, x, y] = item.transform as number[];
    // Text turned by 90 degrees (margin stamps) has no place in the lines.
    if (Math.abs(b) > Math.abs(a)) continue;
    items.push({ str: item.str, x, y, width: item.width, size: Math.abs(d) || item.height });
  }
  page.cleanup();
  return linesToParagraphs(itemsToLines(items));
}

interface PlacedParagraph extends Paragraph { startChar: number }

/** A page's span reaches from its first character to the next page's. */
function assemble(pageParagraphs: readonly Paragraph[][]): { text: string; pages: PageSpan[]; pageStarts: number[]; paragraphs: PlacedParagraph[] } {
  const parts: string[] = [];
  const pages: PageSpan[] = [];
  const pageStarts: number[] = []; // UTF-16 offset per page
  const paragraphs: PlacedParagraph[] = [];
  let numChars = 0;
  let numUnits = 0;
  pageParagraphs.forEach((page, i) => {
    pages.push({ page: i + 1, startChar: numChars, endChar: numChars });
    pageStarts.push(numUnits);
    for (const paragraph of page) {
      paragraphs.push({ ...paragraph, startChar: numChars });
      const part = `${paragraph.text}\n\n`;
      parts.push(part);
      numChars += codePointLength(part);
      numUnits += part.length;
    }
    pages[i].endChar = numChars;
  });
  return { text: parts.join(''), pages, pageStarts, paragraphs };
}

/** Without an outline: short paragraphs in type at least 15 % larger than most of the text; larger type, outer level. */
function largeTypeHeadings(paragraphs: readonly PlacedParagraph[]): Heading[] {
  const charsBySize = new Map<number, number>();
  for (const p of paragraphs) charsBySize.set(Math.round(p.size), (charsBySize.get(Math.round(p.size)) ?? 0) + p.text.length);
  const bodySize = [...charsBySize].sort((a, b) => b[1] - a[1])[0][0];
  const isHeading = (p: PlacedParagraph): boolean =>
    Math.round(p.size) >= 1.15 * bodySize && p.text.length <= 120 && /\p{L}{2}/u.test(p.text);
  const sizes = [...new Set(paragraphs.filter(isHeading).map((p) => Math.round(p.size)))].sort((a, b) => b - a);
  return paragraphs.filter(isHeading).map((p) => ({ level: Math.min(6, sizes.indexOf(Math.round(p.size)) + 1), title: p.text, startChar: p.startChar }));
}

async function titleOf(pdf: PdfDocument): Promise<string> {
  const { info } = await pdf.getMetadata();
  const title = (info as { Title?: unknown }).Title;
  return typeof title === 'string' ? title.replace(/\s+/g, ' ').trim().slice(0, 200) : '';
}

/** [3, 4, 5, 9] -> 'pages 3-5 and 9'. */
export function pageList(pages: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < pages.length; ) {
    let j = i;
    while (j + 1 < pages.length && pages[j + 1] === pages[j] + 1) j++;
    ranges.push(i === j ? `${pages[i]}` : `${pages[i]}-${pages[j]}`);
    i = j + 1;
  }
  const shown = ranges.length > 12 ? [...ranges.slice(0, 11), `${ranges.length - 11} more ranges`] : ranges;
  const list = shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
  return `${pages.length === 1 ? 'page' : 'pages'} ${list}`;
}
