// Text items of one PDF page, with positions -> lines. Reading order is the order in the file, except where columns are found (columns.ts).

export interface TextItem {
  str: string;
  x: number; // left edge, points
  y: number; // baseline, points from the bottom
  width: number;
  size: number; // font size, points
  isRtl?: boolean; // written from right to left: the next item stands to its left
}

export interface Line {
  text: string;
  x: number;
  y: number;
  right: number;
  size: number; // of its largest item
}

/** A gap of more than this many font sizes ends a line's segment; within a column it is only a wide space. */
const SEGMENT_GAP = 0.9;

/** Items that stand together: what columns are found from. */
export const itemsToSegments = (items: readonly TextItem[]): Line[] => mergeItems(items, SEGMENT_GAP);

/** Whole lines, however wide the gaps in them. */
export const itemsToLines = (items: readonly TextItem[]): Line[] => mergeItems(items, Number.POSITIVE_INFINITY);

function mergeItems(items: readonly TextItem[], maxGap: number): Line[] {
  const lines: Line[] = [];
  let line: Line | undefined;
  for (const item of items) {
    if (item.str === '') continue;
    const size = item.size || 10;
    const gap = line === undefined ? 0 : item.isRtl ? line.x - (item.x + item.width) : item.x - line.right;
    // The same line: baselines closer than half a font size (superscripts too), and no jump back by more than a word.
    const same = line !== undefined && Math.abs(line.y - item.y) < 0.5 * Math.max(size, line.size) && gap > -3 * size && gap <= maxGap * Math.max(size, line.size);
    if (line === undefined || !same) {
      if (/^\s*$/.test(item.str)) continue;
      line = { text: item.str, x: item.x, y: item.y, right: item.x + item.width, size };
      lines.push(line);
      continue;
    }
    if (/^\s*$/.test(item.str)) {
      line.text += ' '; // pdf.js writes a gap as a space as wide as the gap: the line ends before it
      continue;
    }
    const spaced = /\s$/.test(line.text) || /^\s/.test(item.str);
    line.text += (gap > 0.15 * size && !spaced ? ' ' : '') + item.str;
    line.x = Math.min(line.x, item.x);
    line.right = Math.max(line.right, item.x + item.width);
    line.size = Math.max(line.size, size);
  }
  for (const each of lines) each.text = each.text.replace(/\s+/g, ' ').trim();
  return lines.filter((each) => each.text !== '');
}

export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}
