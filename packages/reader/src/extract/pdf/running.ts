// Running heads, feet and page numbers: lines at the top or bottom of a page that stand at the same height on pages nearby with the same
// text but for numbers, or that carry the page's own number. They are no text of the document.
import { type Line, percentile } from './lines.ts';

const EDGE_ROWS = 2;
const MAX_CHARS = 120;
/** The same line on at least this many pages among those not further away than NEAR_PAGES (odd and even pages differ, chapters change). */
const MIN_PAGES = 3;
const NEAR_PAGES = 10;
const SAME_HEIGHT = 6; // points
/** Of all pages, those whose numbers must agree before lines are left out for their number. */
const MIN_NUMBERED = 0.3;

interface Edge { page: number; line: Line; key: string; number: number | undefined }

/** `pages`: stretches of lines; an index is a page. */
export function runningLines(pages: ReadonlyArray<ReadonlyArray<readonly Line[]>>): Set<Line> {
  const edges = pages.flatMap((stretches, page) => edgeLines(stretches.flat()).map((line): Edge => ({ page, line, key: keyOf(line.text), number: numberAt(line.text) })));
  const running = new Set([...repeated(edges), ...numbered(edges, pages)].map((edge) => edge.line));
  // Pages that hold nothing else (forms, labels) are the document.
  return pages.every((stretches) => stretches.flat().every((line) => running.has(line))) ? new Set() : running;
}

function edgeLines(lines: readonly Line[]): Line[] {
  const sorted = [...lines].sort((a, b) => b.y - a.y);
  const found = new Set<Line>();
  for (const fromEdge of [sorted, [...sorted].reverse()]) {
    let rows = 0;
    for (const [i, line] of fromEdge.entries()) {
      if (i === 0 || Math.abs(line.y - fromEdge[i - 1].y) >= 0.5 * line.size) rows++;
      if (rows > EDGE_ROWS) break;
      if (line.text.length <= MAX_CHARS) found.add(line);
    }
  }
  return [...found];
}

const ROMAN = /^[ivxlcdm]{1,8}$/;
const keyOf = (text: string): string => {
  const plain = text.toLowerCase().replace(/\p{N}+/gu, '#').trim();
  return ROMAN.test(plain.replace(/[-–—.()[\]\s]/g, '')) ? '#' : plain;
};

/** A number that begins or ends the line, as page numbers do. */
function numberAt(text: string): number | undefined {
  const match = /^[-–—([\s]*(\d{1,5})(?![\d.])|(?<![\d.])(\d{1,5})[-–—)\]\s]*$/.exec(text);
  return match === null ? undefined : Number(match[1] ?? match[2]);
}

function repeated(edges: readonly Edge[]): Edge[] {
  const byKey = new Map<string, Edge[]>();
  for (const edge of edges) {
    const same = byKey.get(edge.key);
    if (same === undefined) byKey.set(edge.key, [edge]);
    else same.push(edge);
  }
  return [...byKey.values()].flatMap((same) => same.filter((edge, i) => {
    const pages = new Set([edge.page]);
    for (const step of [-1, 1]) {
      for (let j = i + step; j >= 0 && j < same.length && Math.abs(same[j].page - edge.page) <= NEAR_PAGES; j += step) {
        if (Math.abs(same[j].line.y - edge.line.y) <= SAME_HEIGHT && countsUp(edge, same[j])) pages.add(same[j].page);
      }
    }
    return pages.size >= MIN_PAGES;
  }));
}

/** Bare numbers are page numbers only when they grow with the pages. */
function countsUp(a: Edge, b: Edge): boolean {
  if (/[^#\s\-–—()[\].]/.test(a.key)) return true;
  return a.number === undefined || b.number === undefined || a.number - b.number === a.page - b.page;
}

/** Lines with the page's own number, at a height where others carry theirs: 'CHAPTER ONE   17', whatever the chapter. */
function numbered(edges: readonly Edge[], pages: ReadonlyArray<ReadonlyArray<readonly Line[]>>): Edge[] {
  const counts = new Map<number, number>();
  for (const { number, page } of edges) if (number !== undefined) counts.set(number - page, (counts.get(number - page) ?? 0) + 1);
  const [offset, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  if (count < Math.max(MIN_PAGES, MIN_NUMBERED * pages.length)) return [];
  const sizes = pages.flatMap((stretches) => stretches.flat().map((line) => line.size));
  const bodySize = percentile(sizes, 0.5);
  const own = edges.filter(({ number, page, line }) => number !== undefined && number - page === offset && line.size <= 1.1 * bodySize);
  const heights = new Map<number, number>();
  const heightOf = (line: Line): number => Math.round(line.y / SAME_HEIGHT);
  for (const { line } of own) heights.set(heightOf(line), (heights.get(heightOf(line)) ?? 0) + 1);
  return own.filter(({ line }) => [-1, 0, 1].reduce((sum, step) => sum + (heights.get(heightOf(line) + step) ?? 0), 0) >= MIN_PAGES);
}
