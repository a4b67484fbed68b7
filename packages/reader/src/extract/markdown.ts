// Markdown: the text stays the source's characters; the parser only says where the headings are.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { CodePointCursor } from '../characters.ts';
import type { ExtractedDocument, Heading } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { encodingNotes, unixLineEnds } from './text.ts';

export function extractMarkdown(bytes: Uint8Array): ExtractedDocument {
  const { text: raw, encoding } = decodeText(bytes);
  const text = unixLineEnds(raw);
  const headings = markdownHeadings(text);
  const first = headings.find((h) => h.level === 1);
  return { title: first?.title ?? '', text, mediaType: 'text/markdown', headings, pages: [], notes: encodingNotes(encoding) };
}

function markdownHeadings(text: string): Heading[] {
  const cursor = new CodePointCursor(text);
  const headings: Heading[] = [];
  // Headings inside quotes and lists do not open a section of the document.
  for (const node of fromMarkdown(text).children) {
    if (node.type !== 'heading') continue;
    const title = plainText(node).replace(/\s+/g, ' ').trim();
    const offset = node.position?.start.offset;
    if (title !== '' && offset !== undefined) headings.push({ level: node.depth, title, startChar: cursor.at(offset) });
  }
  return headings;
}

interface Node { type: string; value?: string; alt?: string | null | undefined; children?: Node[] }

function plainText(node: Node): string {
  if (node.type === 'html') return '';
  return node.value ?? node.alt ?? (node.children ?? []).map(plainText).join('');
}
