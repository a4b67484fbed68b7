// HTML and XHTML -> text as a reader sees it: no scripts, styles or templates; paragraphs, headings, list items and table rows as lines.
import { Parser } from 'htmlparser2';
import type { ExtractedDocument, ExtractLimits, Heading } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { encodingNotes, unixLineEnds } from './text.ts';
import { TextBuilder } from './text-builder.ts';

const SKIPPED = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'canvas', 'select', 'textarea', 'head']);
/** Set off by a blank line. */
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'ul', 'ol', 'dl', 'pre', 'blockquote', 'section', 'article', 'figure',
  'header', 'footer', 'main', 'aside', 'nav', 'hr', 'details', 'fieldset', 'form']);
/** On a line of their own. */
const LINES = new Set(['div', 'li', 'tr', 'dt', 'dd', 'caption', 'figcaption', 'summary', 'address', 'legend', 'option', 'body']);

export interface HtmlText {
  title: string;
  text: string;
  headings: Heading[];
  /** Code points at which the asked-for ids stand. */
  anchors: Map<string, number>;
}

export function extractHtml(bytes: Uint8Array, limits: ExtractLimits): ExtractedDocument {
  const { text, encoding } = decodeText(bytes, declaredCharset(bytes));
  const { anchors: _, ...document } = htmlText(unixLineEnds(text), { maxChars: limits.maxChars, isXhtml: looksLikeXhtml(text) });
  return { ...document, mediaType: 'text/html', pages: [], notes: encodingNotes(encoding) };
}

export function htmlText(html: string, options: { maxChars: number; isXhtml: boolean; ids?: ReadonlySet<string> }): HtmlText {
  const out = new TextBuilder(options.maxChars);
  const anchors = new Map<string, number>();
  let skipped = 0;
  let titleText: string | undefined;
  let inTitle = false;
  let heading: { level: number; from: number } | undefined;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title' && titleText === undefined) inTitle = true;
      if (SKIPPED.has(name)) skipped++;
      if (skipped > 0) return;
      if (name === 'br') out.lineBreak(1);
      if (name === 'pre') out.preformatted++;
      if (PARAGRAPHS.has(name)) out.lineBreak(2);
      else if (LINES.has(name)) out.lineBreak(1);
      if (name === 'li') out.raw('- ');
      if (name === 'td' || name === 'th') out.cell();
      const { id } = attributes;
      if (id !== undefined && options.ids?.has(id) && !anchors.has(id)) anchors.set(id, out.nextChar);
      if (/^h[1-6]$/.test(name)) heading = { level: Number(name[1]), from: out.markHeading() };
    },
    ontext(data) {
      if (inTitle) titleText = (titleText ?? '') + data;
      if (skipped === 0) out.text(data);
    },
    onclosetag(name) {
      if (name === 'title') inTitle = false;
      if (SKIPPED.has(name)) skipped = Math.max(0, skipped - 1);
      if (skipped > 0) return;
      if (name === 'pre') out.preformatted = Math.max(0, out.preformatted - 1);
      if (/^h[1-6]$/.test(name) && heading !== undefined) {
        out.closeHeading(heading.level, heading.from);
        heading = undefined;
      }
      if (PARAGRAPHS.has(name)) out.lineBreak(2);
      else if (LINES.has(name)) out.lineBreak(1);
    },
    // In XHTML <title/> and <script/> are whole; in HTML they would swallow what follows.
  }, { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: options.isXhtml, recognizeCDATA: options.isXhtml });
  parser.write(html);
  parser.end();
  const title = (titleText ?? '').replace(/\s+/g, ' ').trim();
  return { title, text: out.toString(), headings: out.headings, anchors };
}

const HEAD_CHARS = 1_024;

const looksLikeXhtml = (text: string): boolean => /^\s*<\?xml\s|xmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/.test(text.slice(0, HEAD_CHARS));

/** <?xml encoding=...?>, <meta charset=...> or http-equiv, in the first kilobyte as HTML asks. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_CHARS)).toString('latin1');
  return (/^\s*<\?xml[^>]+encoding\s*=\s*["']([a-z0-9_:.-]+)/i.exec(head) ?? /<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_:.-]+)/i.exec(head))?.[1];
}
