// Finds the columns of a page and puts its lines into stretches that are read one after the other: what stands across the page, then the
// left column down to the next such line, then the right one. A page without columns is one stretch in the order of the file.
import { itemsToLines, itemsToSegments, type Line, percentile, type TextItem } from './lines.ts';

const MIN_LINES = 5; // in each column
/** Of all segments, those that may lie across the gutter: titles, wide pictures' captions. */
const MAX_CROSSING = 0.25;
/** Lines of running text fill their column; a table's cells do not. */
const MIN_FILL = 0.55;
const MIN_GUTTER_SIZES = 0.8; // font sizes
const MAX_COLUMNS_DEEP = 2; // halves of halves: four columns

export function readingStretches(items: readonly TextItem[]): Line[][] {
  const columns = splitColumns(itemsToSegments(items), MAX_COLUMNS_DEEP);
  if (columns !== undefined) return columns;
  const lines = itemsToLines(items);
  return lines.length === 0 ? [] : [lines];
}

function splitColumns(segments: readonly Line[], deep: number): Line[][] | undefined {
  if (deep === 0 || segments.length < 2 * MIN_LINES) return undefined;
  const gutter = findGutter(segments);
  if (gutter === undefined) return undefined;
  const left = segments.filter((s) => s.right <= gutter + 1);
  const right = segments.filter((s) => s.x >= gutter - 1);
  const across = segments.filter((s) => s.right > gutter + 1 && s.x < gutter - 1);
  if (across.length > MAX_CROSSING * segments.length || !isColumn(left) || !isColumn(right) || !areBeside(left, right)) return undefined;
  const stretches: Line[][] = [];
  let top = Number.POSITIVE_INFINITY;
  const band = (bottom: number): void => {
    for (const column of [left, right]) {
      const inBand = column.filter((s) => s.y < top && s.y >= bottom);
      if (inBand.length > 0) stretches.push(...(splitColumns(inBand, deep - 1) ?? [rows(inBand)]));
    }
    top = bottom;
  };
  for (const line of rows(across)) {
    band(line.y);
    stretches.push([line]);
  }
  band(Number.NEGATIVE_INFINITY);
  return stretches;
}

/** Middle of the widest strip in the inner part of the page that few segments touch. */
function findGutter(segments: readonly Line[]): number | undefined {
  const from = Math.floor(Math.min(...segments.map((s) => s.x)));
  const to = Math.ceil(Math.max(...segments.map((s) => s.right)));
  const width = to - from;
  if (!(width > 0 && width < 10_000)) return undefined;
  const cover = new Uint32Array(width + 1); // segments over each point
  for (const s of segments) for (let x = Math.floor(s.x) - from; x < Math.ceil(s.right) - from; x++) cover[x]++;
  const minWidth = MIN_GUTTER_SIZES * percentile(segments.map((s) => s.size), 0.5);
  let best: { start: number; end: number } | undefined;
  let start: number | undefined;
  for (let x = Math.floor(0.15 * width); x <= 0.85 * width; x++) {
    if (cover[x] <= MAX_CROSSING * segments.length) start ??= x;
    else start = undefined;
    // The strip must be all but free: crossing lines count in every point of it.
    if (start !== undefined && x + 1 - start > (best === undefined ? minWidth : best.end - best.start)) best = { start, end: x + 1 };
  }
  return best === undefined ? undefined : from + freest(cover, best);
}

/** Within a strip, the middle of the part that the fewest segments touch. */
function freest(cover: Uint32Array, { start, end }: { start: number; end: number }): number {
  const least = Math.min(...cover.subarray(start, end));
  let best = { start, end: start };
  for (let x = start; x < end; ) {
    if (cover[x] !== least) {
      x++;
      continue;
    }
    let stop = x;
    while (stop < end && cover[stop] === least) stop++;
    if (stop - x > best.end - best.start) best = { start: x, end: stop };
    x = stop;
  }
  return (best.start + best.end) / 2;
}

function isColumn(segments: readonly Line[]): boolean {
  const lines = rows(segments);
  if (lines.length < MIN_LINES) return false;
  const width = percentile(lines.map((l) => l.right), 0.9) - percentile(lines.map((l) => l.x), 0.1);
  return percentile(lines.map((l) => l.right - l.x), 0.5) >= MIN_FILL * width && percentile(lines.map((l) => l.text.length), 0.5) >= 12;
}

function areBeside(left: readonly Line[], right: readonly Line[]): boolean {
  const span = (lines: readonly Line[]): [number, number] => [Math.min(...lines.map((l) => l.y)), Math.max(...lines.map((l) => l.y))];
  const [a, b] = [span(left), span(right)];
  const shared = Math.min(a[1], b[1]) - Math.max(a[0], b[0]);
  return shared >= 0.5 * Math.min(a[1] - a[0], b[1] - b[0]);
}

/** Segments from top to bottom, those on one baseline joined from left to right. */
function rows(segments: readonly Line[]): Line[] {
  const sorted = [...segments].sort((a, b) => b.y - a.y || a.x - b.x);
  const lines: Line[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i + 1;
    while (j < sorted.length && sorted[i].y - sorted[j].y < 0.5 * Math.max(sorted[i].size, sorted[j].size)) j++;
    const row = sorted.slice(i, j).sort((a, b) => a.x - b.x);
    lines.push({
      text: row.map((s) => s.text).join(' '), x: row[0].x, y: row[0].y,
      right: Math.max(...row.map((s) => s.right)), size: Math.max(...row.map((s) => s.size)),
    });
    i = j;
  }
  return lines;
}
