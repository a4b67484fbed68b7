// HTML -> text as a reader sees it: no scripts, styles or templates; paragraphs, headings, list items and table rows as lines.
import { Parser } from 'htmlparser2';
import { codePointLength } from '../characters.ts';
import type { ExtractedDocument, Heading } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { encodingNotes, unixLineEnds } from './text.ts';

const SKIPPED = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'canvas', 'select', 'textarea', 'head']);
/** Set off by a blank line. */
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'ul', 'ol', 'dl', 'pre', 'blockquote', 'section', 'article', 'figure',
  'header', 'footer', 'main', 'aside', 'nav', 'hr', 'details', 'fieldset', 'form']);
/** On a line of their own. */
const LINES = new Set(['div', 'li', 'tr', 'dt', 'dd', 'caption', 'figcaption', 'summary', 'address', 'legend', 'option', 'body']);

export function extractHtml(bytes: Uint8Array): ExtractedDocument {
  const { text: raw, encoding } = decodeText(bytes, declaredCharset(bytes));
  const out = new TextBuilder();
  let skipped = 0;
  let titleText: string | undefined;
  let inTitle = false;
  let heading: { level: number; from: number } | undefined;
  const parser = new Parser({
    onopentagname(name) {
      if (name === 'title' && titleText === undefined) inTitle = true;
      if (SKIPPED.has(name)) skipped++;
      if (skipped > 0) return;
      if (name === 'br') out.lineBreak(1);
      if (name === 'pre') out.preformatted++;
      if (PARAGRAPHS.has(name)) out.lineBreak(2);
      else if (LINES.has(name)) out.lineBreak(1);
      if (name === 'li') out.raw('- ');
      if (name === 'td' || name === 'th') out.cell();
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
  }, { decodeEntities: true, lowerCaseTags: true });
  parser.write(unixLineEnds(raw));
  parser.end();
  const title = (titleText ?? '').replace(/\s+/g, ' ').trim();
  return { title, text: out.toString(), mediaType: 'text/html', headings: out.headings, pages: [], notes: encodingNotes(encoding) };
}

/** <meta charset=...> or http-equiv, in the first kilobyte as HTML asks. */
function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  return /<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_:.-]+)/i.exec(head)?.[1];
}

/** Collects text with white space collapsed, and counts code points as it goes. */
class TextBuilder {
  preformatted = 0;
  readonly headings: Heading[] = [];
  readonly #parts: string[] = [];
  #numChars = 0;
  #pendingBreaks = 0;
  #pendingSpace = false;
  #cellsInRow = 0;
  #headingText: string[] | undefined;

  text(data: string): void {
    if (this.preformatted > 0) {
      this.raw(data);
      return;
    }
    // No-break spaces are characters of the text; the others are only layout.
    for (const part of data.split(/([ \t\n\f\r]+)/)) {
      if (part === '') continue;
      if (/^[ \t\n\f\r]/.test(part)) this.#pendingSpace = true;
      else this.raw(part);
    }
  }

  raw(data: string): void {
    if (data === '') return;
    if (this.#pendingBreaks > 0 && this.#numChars > 0) this.#append('\n'.repeat(this.#pendingBreaks));
    else if (this.#pendingSpace && this.#numChars > 0) this.#append(' ');
    this.#pendingBreaks = 0;
    this.#pendingSpace = false;
    this.#append(data);
    this.#headingText?.push(data);
  }

  lineBreak(count: 1 | 2): void {
    this.#pendingBreaks = Math.max(this.#pendingBreaks, count);
    this.#pendingSpace = false;
    this.#cellsInRow = 0;
    this.#headingText?.push(' ');
  }

  cell(): void {
    if (this.#cellsInRow++ > 0) this.raw(' | ');
    this.#pendingSpace = false;
  }

  /** Code point at which the next character will stand. */
  markHeading(): number {
    this.#headingText = [];
    return this.#numChars === 0 ? 0 : this.#numChars + this.#pendingBreaks;
  }

  closeHeading(level: number, from: number): void {
    const title = (this.#headingText ?? []).join(' ').replace(/\s+/g, ' ').trim();
    this.#headingText = undefined;
    if (title !== '') this.headings.push({ level, title, startChar: from });
  }

  toString(): string {
    return this.#parts.join('') + (this.#numChars > 0 ? '\n' : '');
  }

  #append(data: string): void {
    this.#parts.push(data);
    this.#numChars += codePointLength(data);
  }
}
