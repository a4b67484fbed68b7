// A PDF's outline (bookmarks) -> headings at the place on their page where the title stands, else at the page's start.
import type { getDocumentProxy } from 'unpdf';
import { CodePointCursor } from '../../characters.ts';
import type { Heading, PageSpan } from '../../contract.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type OutlineItem = Awaited<ReturnType<PdfDocument['getOutline']>>[number];

const MAX_ITEMS = 5_000;
const MAX_LEVEL = 6;

export async function outlineHeadings(pdf: PdfDocument, text: string, pages: readonly PageSpan[], pageStarts: readonly number[]): Promise<Heading[]> {
  const outline: OutlineItem[] | null = await pdf.getOutline();
  const headings: Heading[] = [];
  const cursor = new CodePointCursor(text);
  const walk = async (items: readonly OutlineItem[], level: number): Promise<void> => {
    for (const item of items) {
      if (headings.length >= MAX_ITEMS || level > MAX_LEVEL) return;
      const title = item.title.replace(/\s+/g, ' ').trim();
      const page = await pageOf(pdf, item);
      if (title !== '' && page !== undefined && page < pages.length) {
        const found = text.indexOf(title, pageStarts[page]);
        const end = pageStarts[page + 1] ?? text.length;
        const startChar = found >= 0 && found < end ? cursor.at(found) : pages[page].startChar;
        headings.push({ level, title, startChar });
      }
      await walk(item.items, level + 1);
    }
  };
  await walk(outline ?? [], 1);
  return headings.sort((a, b) => a.startChar - b.startChar || a.level - b.level);
}

/** 0-based page of an outline item; undefined when its destination is broken. */
async function pageOf(pdf: PdfDocument, item: OutlineItem): Promise<number | undefined> {
  const dest: unknown = typeof item.dest === 'string' ? await pdf.getDestination(item.dest) : item.dest;
  if (!Array.isArray(dest)) return undefined;
  const target: unknown = dest[0];
  if (typeof target === 'number') return target;
  if (target === null || typeof target !== 'object') return undefined;
  // A destination that names a page the file does not hold: the heading is left out, the text is not.
  return await pdf.getPageIndex(target as Parameters<PdfDocument['getPageIndex']>[0]).catch(() => undefined);
}
