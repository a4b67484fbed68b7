// PDF -> text by pages, through pdf.js. No OCR: a page without a text layer is named, not guessed.
import { ServiceError } from '@lectern/shared';
import { getDocumentProxy } from 'unpdf';
import type { ExtractedDocument, ExtractLimits, Heading } from '../../contract.ts';
import { checkLimit } from '../limits.ts';
import { assemble, type PlacedParagraph } from './assemble.ts';
import { readingStretches } from './columns.ts';
import type { Line, TextItem } from './lines.ts';
import { outlineHeadings } from './outline.ts';
import { compoundsIn, linesToParagraphs } from './paragraphs.ts';
import { runningLines } from './running.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;

export async function extractPdf(bytes: Uint8Array, limits: ExtractLimits): Promise<ExtractedDocument> {
  const pdf = await open(bytes);
  try {
    checkLimit('pages', pdf.numPages, limits.maxPages);
    const pages = await readPages(pdf, limits.maxChars);
    const empty = pages.flatMap((stretches, i) => (stretches.length === 0 ? [i + 1] : []));
    if (empty.length === pages.length) {
      throw new ServiceError('DOCUMENT_NO_TEXT_LAYER', `${pageList(empty)} ${empty.length === 1 ? 'has' : 'have'} no text layer: the PDF holds only images; run OCR on it first`, {
        details: { pages: empty },
      });
    }
    const running = runningLines(pages);
    const body = pages.map((stretches) => stretches.map((lines) => lines.filter((line) => !running.has(line))));
    const compounds = compoundsIn(body.flat(2));
    const document = assemble(body.map((stretches) => stretches.map((lines) => linesToParagraphs(lines, compounds))), compounds);
    const outline = await outlineHeadings(pdf, document);
    return {
      title: await titleOf(pdf), text: document.text, mediaType: 'application/pdf',
      headings: outline.length > 0 ? outline : largeTypeHeadings(document.paragraphs),
      pages: document.pages, notes: [...emptyNotes(empty), ...runningNotes(pages, running)],
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

async function readPages(pdf: PdfDocument, maxChars: number): Promise<Line[][][]> {
  const pages: Line[][][] = [];
  let numUnits = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const stretches = await readPage(pdf, number);
    for (const line of stretches.flat()) numUnits += line.text.length;
    checkLimit('characters', Math.ceil(numUnits / 2), maxChars); // a code point has at most two units: what is refused here would be refused later
    pages.push(stretches);
  }
  return pages;
}

async function readPage(pdf: PdfDocument, pageNumber: number): Promise<Line[][]> {
  const page = await pdf.getPage(pageNumber);
  const content = await page.getTextContent();
  const items: TextItem[] = [];
  for (const item of content.items) {
    if (!('str' in item)) continue;
    const [a, b, , d, x, y] = item.transform as number[];
    // Text turned by 90 degrees (margin stamps) has no place in the lines.
    if (Math.abs(b) > Math.abs(a)) continue;
    items.push({ str: item.str, x, y, width: item.width, size: Math.abs(d) || item.height, ...(item.dir === 'rtl' ? { isRtl: true } : {}) });
  }
  page.cleanup();
  return readingStretches(items);
}

function emptyNotes(empty: readonly number[]): string[] {
  return empty.length === 0 ? [] : [`${pageList(empty)} ${empty.length === 1 ? 'has' : 'have'} no text layer and cannot be searched`];
}

function runningNotes(pages: ReadonlyArray<ReadonlyArray<readonly Line[]>>, running: ReadonlySet<Line>): string[] {
  if (running.size === 0) return [];
  const numPages = pages.filter((stretches) => stretches.flat().some((line) => running.has(line))).length;
  return [`running heads, feet and page numbers were left out: ${running.size} lines on ${numPages} pages`];
}

/** Without an outline: short paragraphs in type at least 15 % larger than most of the text; larger type, outer level. */
function largeTypeHeadings(paragraphs: readonly PlacedParagraph[]): Heading[] {
  const charsBySize = new Map<number, number>();
  for (const p of paragraphs) charsBySize.set(Math.round(p.size), (charsBySize.get(Math.round(p.size)) ?? 0) + p.text.length);
  const bodySize = [...charsBySize].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
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
