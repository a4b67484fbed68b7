// Text items of one PDF page, with positions -> lines -> paragraphs. Reading order is the order in the file.

export interface TextItem {
  str: string;
  x: number; // left edge, points
  y: number; // baseline, points from the bottom
  width: number;
  size: number; // font size, points
}

export interface Line {
  text: string;
  x: number;
  y: number;
  right: number;
  size: number; // of its largest item
}

export function itemsToLines(items: readonly TextItem[]): Line[] {
  const lines: Line[] = [];
  let line: Line | undefined;
  for (const item of items) {
    if (item.str === '') continue;
    const size = item.size || 10;
    // The same line: baselines closer than half a font size (superscripts too), and no jump back to the left by more than a word.
    const same = line !== undefined && Math.abs(line.y - item.y) < 0.5 * Math.max(size, line.size) && item.x > line.right - 3 * size;
    if (line === undefined || !same) {
      if (/^\s*$/.test(item.str)) continue;
      line = { text: item.str, x: item.x, y: item.y, right: item.x + item.width, size };
      lines.push(line);
      continue;
    }
    const gap = item.x - line.right;
    const spaced = /\s$/.test(line.text) || /^\s/.test(item.str);
    line.text += (gap > 0.15 * size && !spaced ? ' ' : '') + item.str;
    line.right = Math.max(line.right, item.x + item.width);
    if (item.str.trim() !== '') line.size = Math.max(line.size, size);
  }
  for (const each of lines) each.text = each.text.replace(/\s+/g, ' ').trim();
  return lines.filter((each) => each.text !== '');
}

/** Paragraphs, each one line of text; words hyphenated at a line's end are joined. */
export function linesToParagraphs(lines: readonly Line[]): Array<{ text: string; size: number }> {
  if (lines.length === 0) return [];
  const leading = usualLeading(lines);
  const rightEdge = percentile(lines.map((l) => l.right), 0.9);
  const leftEdge = percentile(lines.map((l) => l.x), 0.1);
  const paragraphs: Array<{ text: string; size: number }> = [];
  lines.forEach((line, i) => {
    const previous = lines[i - 1];
    if (previous === undefined || startsParagraph(previous, line, { leading, leftEdge, rightEdge })) {
      paragraphs.push({ text: line.text, size: line.size });
      return;
    }
    const current = paragraphs[paragraphs.length - 1];
    current.text = joinLines(current.text, line.text);
  });
  return paragraphs;
}

function startsParagraph(previous: Line, line: Line, page: { leading: number; leftEdge: number; rightEdge: number }): boolean {
  const drop = previous.y - line.y;
  if (drop < 0) return true; // a new column
  if (drop > 1.4 * page.leading) return true;
  if (Math.abs(previous.size - line.size) > 0.15 * Math.max(previous.size, line.size)) return true;
  const indented = line.x - page.leftEdge > line.size && previous.x - page.leftEdge <= line.size;
  const previousIsShort = page.rightEdge - previous.right > 0.2 * (page.rightEdge - page.leftEdge);
  return (indented && /[.!?:"”’')\]]$/.test(previous.text)) || (previousIsShort && /[.!?:"”’')\]]$/.test(previous.text)) || /^[•▪◦‣–-]\s/.test(line.text);
}

function joinLines(head: string, tail: string): string {
  if (head.endsWith('\u00ad')) return head.slice(0, -1) + tail;
  if (/\p{Ll}-$/u.test(head) && /^\p{Ll}/u.test(tail)) return head.slice(0, -1) + tail;
  return `${head} ${tail}`;
}

/** Distance of baselines that most lines keep. */
function usualLeading(lines: readonly Line[]): number {
  const drops = lines.slice(1).map((line, i) => lines[i].y - line.y).filter((d) => d > 1);
  return drops.length === 0 ? lines[0].size * 1.3 : percentile(drops, 0.25);
}

function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}
