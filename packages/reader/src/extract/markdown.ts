// Markdown: the text stays the source's characters; the parser only says where the headings are. Blocks are parsed first, and what stands
// within a line only in headings: inline parsing takes time quadratic in the length of a paragraph that was made for it.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { CodePointCursor } from '../characters.ts';
import type { ExtractedDocument, Heading } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { encodingNotes, unixLineEnds } from './text.ts';

const BLOCKS_ONLY = { disable: { null: ['attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'definition', 'hardBreakEscape', 'htmlText', 'labelEnd', 'labelStartImage', 'labelStartLink'] } };
/** Longer lines are no headings, and nested marks in them cost the parser the square of their number. */
const MAX_LINE_UNITS = 1_000;
const MAX_QUOTE_UNITS = 8;

export function extractMarkdown(bytes: Uint8Array): ExtractedDocument {
  const { text: raw, encoding } = decodeText(bytes);
  const text = unixLineEnds(raw);
  const front = frontMatter(text);
  const headings = markdownHeadings(text, front.length);
  const chapters = headings.filter((h) => h.level === 1);
  // Of several first-level headings none is the title of what stands under the others.
  const title = front.title ?? (chapters.length === 1 ? (chapters[0] as Heading).title : '');
  return { title, text, mediaType: 'text/markdown', headings, pages: [], notes: encodingNotes(encoding) };
}

const MAX_FRONT_LINES = 200;
const FRONT_KEY = /^[\w"'.-]+[ \t]*[:=]/;

/** Settings before the text, between lines of --- (YAML) or +++ (TOML): no part of it, and no headings, as which the parser would see them. */
function frontMatter(text: string): { length: number; title?: string } {
  const fence = /^(?:---|\+\+\+)(?=[ \t]*\n)/.exec(text)?.[0];
  if (fence === undefined) return { length: 0 };
  let title = '';
  let at = text.indexOf('\n') + 1;
  for (let i = 0; i < MAX_FRONT_LINES && at < text.length; i++) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    const line = text.slice(at, end);
    at = end + 1;
    if (line.trimEnd() === fence) return { length: Math.min(at, text.length), ...(title === '' ? {} : { title }) };
    if (!FRONT_KEY.test(line) && !(i > 0 && /^(?:[ \t]|[-#\]}]|$)/.test(line))) break; // prose between two rules
    if (/^title[ \t]*[:=]/i.test(line)) title = line.replace(/^title[ \t]*[:=]/i, '').trim().replace(/^(["'])(.*)\1$/, '$2');
  }
  return { length: 0 };
}

function markdownHeadings(text: string, from: number): Heading[] {
  const cursor = new CodePointCursor(text);
  const headings: Heading[] = [];
  const simpler = text.slice(0, from).replace(/[^\n]/g, ' ') + simplified(text.slice(from));
  // Headings inside quotes and lists do not open a section of the document.
  for (const node of fromMarkdown(simpler, { extensions: [BLOCKS_ONLY] }).children) {
    if (node.type !== 'heading' || node.position?.start.offset === undefined) continue;
    const [start, end] = [node.position.start.offset, node.position.end.offset];
    const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
    if (text.slice(lineStart, end) !== simpler.slice(lineStart, end)) continue; // within a list
    const title = titleOf(text.slice(start, end));
    if (title !== '') headings.push({ level: node.depth, title, startChar: cursor.at(start) });
  }
  return headings;
}

/**
 * The same length, so that places stay, without what costs the parser the square of the text and holds no heading: long lines become mere
 * letters, marks of lists become spaces (their contents keep their indentation), deep quotes end.
 */
const simplified = (text: string): string => text
  .replace(LONG_LINE, (line) => 'x'.repeat(line.length))
  .replace(LIST_MARKS, (marks) => ' '.repeat(marks.length))
  .replace(DEEP_QUOTE, (line) => line.slice(0, MAX_QUOTE_UNITS) + 'x'.repeat(line.length - MAX_QUOTE_UNITS));
const LONG_LINE = new RegExp(`[^\\n]{${MAX_LINE_UNITS + 1},}`, 'g');
const LIST_MARKS = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+(?=\S)/gm;
const DEEP_QUOTE = new RegExp(`^[ \\t]*>[ \\t>]{${MAX_QUOTE_UNITS}}[^\\n]+`, 'gm');

const titleOf = (source: string): string => plainText(fromMarkdown(source.slice(0, 2 * MAX_LINE_UNITS))).replace(/\s+/g, ' ').trim();

interface Node { type: string; value?: string; alt?: string | null | undefined; children?: Node[] }

function plainText(node: Node): string {
  if (node.type === 'html') return '';
  return node.value ?? node.alt ?? (node.children ?? []).map(plainText).join('');
}
