// HTML and XHTML -> text as a reader sees it: no scripts, styles or templates; paragraphs, headings, list items and table rows as lines.
import { Parser } from 'htmlparser2';
import type { ExtractedDocument, ExtractLimits, Heading } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { OpenHeadings } from './open-headings.ts';
import { encodingNotes, unixLineEnds } from './text.ts';
import { TextBuilder } from './text-builder.ts';

const SKIPPED = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'canvas', 'select', 'textarea', 'head']);
/** Set off by a blank line. */
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'ul', 'ol', 'dl', 'pre', 'blockquote', 'section', 'article', 'figure',
  'header', 'footer', 'main', 'aside', 'nav', 'hr', 'details', 'fieldset', 'form']);
/** Their headings end with them. */
const SECTIONS = new Set(['section', 'article', 'nav', 'aside', 'details']);
/** A link beside a heading to itself, which shows a mere mark: '¶', '#'. */
const PERMALINK = /(?:^|\s)(?:headerlink|header-anchor|heading-anchor|anchor-link|anchorjs-link|permalink|hash-link)(?:\s|$)/;
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
  let inPermalink = false;
  let term: Heading | undefined; // the last one, as long as its description has not begun
  const open = new OpenHeadings(out.headings);
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title' && titleText === undefined) inTitle = true;
      if (SKIPPED.has(name)) skipped++;
      if (skipped > 0) return;
      if (name === 'a') inPermalink = PERMALINK.test(attributes.class ?? '');
      if (name === 'dd') term = undefined;
      if (name === 'dl') open.enterList();
      else if (SECTIONS.has(name)) open.enterSection();
      if (name === 'br') out.lineBreak(1);
      if (name === 'pre') out.preformatted++;
      if (PARAGRAPHS.has(name)) out.lineBreak(2);
      else if (LINES.has(name)) out.lineBreak(1);
      if (name === 'li') out.bullet();
      if (name === 'td' || name === 'th') out.cell();
      const { id } = attributes;
      if (id !== undefined && options.ids?.has(id) && !anchors.has(id)) anchors.set(id, out.nextChar);
      if (/^h[1-6]$/.test(name)) heading = { level: Number(name[1]), from: out.markHeading() };
      else if (name === 'dt' && id !== undefined && open.termLevel !== undefined) heading = { level: open.termLevel, from: out.markHeading() };
    },
    ontext(data) {
      if (inTitle) titleText = (titleText ?? '') + data;
      if (skipped === 0 && !(inPermalink && !/[\p{L}\p{N}]/u.test(data))) out.text(data);
    },
    onclosetag(name) {
      if (name === 'title') inTitle = false;
      if (SKIPPED.has(name)) skipped = Math.max(0, skipped - 1);
      if (skipped > 0) return;
      if (name === 'a') inPermalink = false;
      if (name === 'pre') out.preformatted = Math.max(0, out.preformatted - 1);
      if (/^(?:h[1-6]|dt)$/.test(name) && heading !== undefined) {
        out.closeHeading(heading.level, heading.from);
        if (name === 'dt') term = joinTerms(out.headings, term);
        heading = undefined;
      }
      if (name === 'li') out.endItem();
      if (PARAGRAPHS.has(name)) out.lineBreak(2);
      else if (LINES.has(name)) out.lineBreak(1);
      if (name === 'dl') open.leaveList(out.nextChar);
      else if (SECTIONS.has(name)) open.leaveSection(out.nextChar);
    },
    // In XHTML <title/> and <script/> are whole; in HTML they would swallow what follows.
  }, { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: options.isXhtml, recognizeCDATA: options.isXhtml });
  parser.write(html);
  parser.end();
  const title = (titleText ?? '').replace(/\s+/g, ' ').trim();
  const end = out.nextChar;
  return { title, text: out.toString(), headings: out.headings.filter(({ title: own, startChar }) => own !== '' || startChar < end), anchors };
}

const MAX_JOINED_UNITS = 240;

/** Several terms with one description are one heading. */
function joinTerms(headings: Heading[], term: Heading | undefined): Heading | undefined {
  const added = headings.at(-1);
  if (term === undefined || added === undefined || added === term || headings.at(-2) !== term || added.level !== term.level) return added;
  headings.pop();
  if (term.title.length < MAX_JOINED_UNITS) term.title += `, ${added.title}`;
  return term;
}

const HEAD_CHARS = 1_024;

const looksLikeXhtml = (text: string): boolean => /^\s*<\?xml\s|xmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/.test(text.slice(0, HEAD_CHARS));

/** <?xml encoding=...?>, <meta charset=...> or http-equiv, in the first kilobyte as HTML asks. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_CHARS)).toString('latin1');
  return (/^\s*<\?xml[^>]+encoding\s*=\s*["']([a-z0-9_:.-]+)/i.exec(head) ?? /<meta[^>]+charset\s*=\s*["']?\s*([a-z0-9_:.-]+)/i.exec(head))?.[1];
}
