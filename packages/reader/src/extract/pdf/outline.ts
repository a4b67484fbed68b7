// A PDF's outline (bookmarks) -> headings: where the title stands on the page at or below the bookmark's place, else at that place.
import type { getDocumentProxy } from 'unpdf';
import { codePointLength } from '../../characters.ts';
import type { Heading } from '../../contract.ts';
import type { AssembledText } from './assemble.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type OutlineItem = Awaited<ReturnType<PdfDocument['getOutline']>>[number];

const MAX_ITEMS = 5_000;
const MAX_LEVEL = 6;
/** A bookmark's top lies somewhat above the line it means. */
const ABOVE_POINTS = 4;

interface Place { page: number; top?: number } // page is 0-based, top in points from the bottom

export async function outlineHeadings(pdf: PdfDocument, document: AssembledText): Promise<Heading[]> {
  const outline: OutlineItem[] | null = await pdf.getOutline();
  const headings: Heading[] = [];
  const walk = async (items: readonly OutlineItem[], level: number): Promise<void> => {
    for (const item of items) {
      if (headings.length >= MAX_ITEMS) return;
      const title = item.title.replace(/\s+/g, ' ').trim();
      const place = await placeOf(pdf, item);
      if (title !== '' && place !== undefined && place.page < document.pages.length) {
        headings.push({ level: Math.min(level, MAX_LEVEL), title, startChar: charOf(document, place, title) });
      }
      if (level < 2 * MAX_LEVEL) await walk(item.items, level + 1);
    }
  };
  await walk(outline ?? [], 1);
  return headings.sort((a, b) => a.startChar - b.startChar || a.level - b.level);
}

function charOf({ text, pages, pageUnits, paragraphs }: AssembledText, { page, top }: Place, title: string): number {
  const pageEnd = pageUnits[page + 1] ?? text.length;
  const pageText = text.slice(pageUnits[page], pageEnd);
  const below = top === undefined ? undefined : paragraphs.find((p) => p.page === page && p.y <= top + ABOVE_POINTS);
  const from = below === undefined ? 0 : Math.max(0, below.startUnit - pageUnits[page]);
  const found = [pageText.indexOf(title, from), pageText.indexOf(title)].find((at) => at >= 0);
  if (found !== undefined) return pages[page].startChar + codePointLength(pageText.slice(0, found));
  return below?.startChar ?? pages[page].startChar;
}

/** Undefined when the destination is broken: the heading is left out, the text is not. */
async function placeOf(pdf: PdfDocument, item: OutlineItem): Promise<Place | undefined> {
  const dest: unknown = typeof item.dest === 'string' ? await pdf.getDestination(item.dest).catch(() => null) : item.dest;
  if (!Array.isArray(dest)) return undefined;
  const page = await pageOf(pdf, dest[0]);
  const top = topOf(dest);
  return page === undefined ? undefined : { page, ...(top === undefined ? {} : { top }) };
}

async function pageOf(pdf: PdfDocument, target: unknown): Promise<number | undefined> {
  if (typeof target === 'number') return target;
  if (target === null || typeof target !== 'object') return undefined;
  return await pdf.getPageIndex(target as Parameters<PdfDocument['getPageIndex']>[0]).catch(() => undefined);
}

/** [page, /XYZ left top zoom], [page, /FitH top], [page, /FitR left bottom right top]. */
function topOf(dest: readonly unknown[]): number | undefined {
  const kind = (dest[1] as { name?: unknown } | undefined)?.name;
  const top = kind === 'XYZ' ? dest[3] : kind === 'FitH' || kind === 'FitBH' ? dest[2] : kind === 'FitR' ? dest[5] : undefined;
  return typeof top === 'number' ? top : undefined;
}
