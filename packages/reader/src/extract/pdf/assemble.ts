// Paragraphs of all pages -> one text with the exact place of every page and paragraph. A paragraph that a page's or column's end cuts is joined.
import { codePointLength } from '../../characters.ts';
import type { PageSpan } from '../../contract.ts';
import { type Compounds, continues, joinLines, type Paragraph } from './paragraphs.ts';

export interface PlacedParagraph extends Paragraph {
  page: number; // 0-based, where it begins
  startChar: number; // code points
  startUnit: number; // UTF-16
}

export interface AssembledText {
  text: string;
  /** A page's span reaches from its first character to the next page's. */
  pages: PageSpan[];
  pageUnits: number[]; // UTF-16 offset of each page's first character
  paragraphs: PlacedParagraph[];
}

const BREAK = '\n\n';

/** `pages`: per page its stretches, per stretch its paragraphs. */
export function assemble(pages: ReadonlyArray<ReadonlyArray<readonly Paragraph[]>>, compounds: Compounds): AssembledText {
  const parts: string[] = [];
  const paragraphs: PlacedParagraph[] = [];
  const starts: Array<{ char: number; unit: number } | undefined> = [];
  let numChars = 0;
  let numUnits = 0;
  let open: PlacedParagraph | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const part = open.text + BREAK;
    parts.push(part);
    numChars += codePointLength(part);
    numUnits += part.length;
    open = undefined;
  };
  pages.forEach((stretches, page) => {
    for (const stretch of stretches) {
      stretch.forEach((paragraph, i) => {
        if (i === 0 && open !== undefined && continues(open, paragraph)) {
          open.text = joinLines(open.text, paragraph.text, compounds);
          open.isFull = paragraph.isFull;
          const from = open.text.length - paragraph.text.length;
          starts[page] ??= { char: numChars + codePointLength(open.text.slice(0, from)), unit: numUnits + from };
          return;
        }
        close();
        starts[page] ??= { char: numChars, unit: numUnits };
        open = { ...paragraph, page, startChar: numChars, startUnit: numUnits };
        paragraphs.push(open);
      });
    }
  });
  close();
  // An empty page stands where the next one begins.
  let next = { char: numChars, unit: numUnits };
  const spans: PageSpan[] = new Array(pages.length);
  const pageUnits: number[] = new Array(pages.length);
  for (let page = pages.length - 1; page >= 0; page--) {
    const start = starts[page] ?? next;
    spans[page] = { page: page + 1, startChar: start.char, endChar: next.char };
    pageUnits[page] = start.unit;
    next = start;
  }
  return { text: parts.join(''), pages: spans, pageUnits, paragraphs };
}
