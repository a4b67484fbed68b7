// Lines of one stretch -> paragraphs, and how lines, columns and pages join: hyphens at line ends undone, no space between characters of
// scripts that have none.
import { type Line, percentile } from './lines.ts';

export interface Paragraph {
  text: string;
  size: number;
  y: number; // baseline of its first line
  isIndented: boolean;
  /** Its last line reaches the right edge: the paragraph may go on. */
  isFull: boolean;
}

export type Compounds = ReadonlySet<string>;
const MAX_COMPOUNDS = 50_000;

/** Words that the document itself hyphenates within a line, in lower case: at a line's end they keep their hyphen. */
export function compoundsIn(lines: Iterable<Line>): Compounds {
  const found = new Set<string>();
  for (const { text } of lines) {
    for (const match of text.matchAll(/\p{L}+(?:-\p{L}+)+(?!-?$)/gu)) found.add(match[0].toLowerCase());
    if (found.size >= MAX_COMPOUNDS) break;
  }
  return found;
}

export function linesToParagraphs(lines: readonly Line[], compounds: Compounds = new Set()): Paragraph[] {
  if (lines.length === 0) return [];
  const leading = usualLeading(lines);
  const rightEdge = percentile(lines.map((l) => l.right), 0.9);
  const leftEdge = percentile(lines.map((l) => l.x), 0.1);
  const isIndented = (line: Line): boolean => line.x - leftEdge > line.size;
  const isFull = (line: Line): boolean => rightEdge - line.right <= 0.1 * (rightEdge - leftEdge);
  const paragraphs: Paragraph[] = [];
  lines.forEach((line, i) => {
    const previous = lines[i - 1];
    if (previous === undefined || startsParagraph(previous, line, { leading, leftEdge, rightEdge })) {
      paragraphs.push({ text: line.text, size: line.size, y: line.y, isIndented: isIndented(line), isFull: isFull(line) });
      return;
    }
    const current = paragraphs[paragraphs.length - 1];
    current.text = joinLines(current.text, line.text, compounds);
    current.isFull = isFull(line);
  });
  return paragraphs;
}

const SENTENCE_END = /[.!?:;…。！？：；؟۔।॥]["'”’»）」』)\]]*$|["”’»」』)\]]$/u;

function startsParagraph(previous: Line, line: Line, page: { leading: number; leftEdge: number; rightEdge: number }): boolean {
  const drop = previous.y - line.y;
  if (drop < 0) return true; // back to the top: no order that is known
  if (drop > 1.4 * page.leading) return true;
  if (Math.abs(previous.size - line.size) > 0.15 * Math.max(previous.size, line.size)) return true;
  const indented = line.x - page.leftEdge > line.size && previous.x - page.leftEdge <= line.size;
  const previousIsShort = page.rightEdge - previous.right > 0.2 * (page.rightEdge - page.leftEdge);
  return ((indented || previousIsShort) && SENTENCE_END.test(previous.text)) || /^[•▪◦‣–-]\s/.test(line.text);
}

/** Does a paragraph at the end of a column or page go on at the start of the next? */
export function continues(before: Paragraph, after: Paragraph): boolean {
  if (Math.abs(before.size - after.size) > 0.15 * Math.max(before.size, after.size)) return false;
  if (/\p{L}[-\u2010\u00ad]$/u.test(before.text)) return /^\p{L}/u.test(after.text);
  if (SENTENCE_END.test(before.text) || /^[•▪◦‣–-]\s/.test(after.text)) return false;
  return /^\p{Ll}/u.test(after.text) || (before.isFull && !after.isIndented && /^[\p{L}\p{N}]/u.test(after.text));
}

const NO_SPACE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u3000-\u303f\uff01-\uff60]/u;

export function joinLines(head: string, tail: string, compounds: Compounds = new Set()): string {
  if (head.endsWith('\u00ad')) return head.slice(0, -1) + tail;
  const hyphenated = /\p{L}+[-\u2010]$/u.exec(head);
  if (hyphenated !== null && /^\p{Ll}/u.test(tail)) {
    const rest = /^\p{L}+/u.exec(tail)?.[0] ?? '';
    const isCompound = compounds.has(`${hyphenated[0].slice(0, -1)}-${rest}`.toLowerCase());
    // An upper-case part before the hyphen ('X-ray', 'DNA-') is no syllable.
    return (isCompound || !/\p{Ll}[-\u2010]$/u.test(head) ? head : head.slice(0, -1)) + tail;
  }
  if (/[\p{L}\p{N}][-\u2010]$/u.test(head) && /^[\p{L}\p{N}]/u.test(tail)) return head + tail; // Anglo-Saxon, 1990-1995
  const last = [...head.slice(-2)].at(-1) ?? '';
  return NO_SPACE.test(last) && NO_SPACE.test(String.fromCodePoint(tail.codePointAt(0) ?? 0x20)) ? head + tail : `${head} ${tail}`;
}

/** Distance of baselines that most lines keep. */
function usualLeading(lines: readonly Line[]): number {
  const drops = lines.slice(1).map((line, i) => lines[i].y - line.y).filter((d) => d > 1);
  return drops.length === 0 ? lines[0].size * 1.3 : percentile(drops, 0.25);
}
