// EPUB -> text: container, package, content files in reading order through the HTML extractor. Where a file has no headings of its own,
// the table of contents gives them.
import { openArchive } from '../archive/archive.ts';
import { codePointLength } from '../../characters.ts';
import type { ExtractedDocument, ExtractLimits, Heading } from '../../contract.ts';
import { decodeText } from '../encoding.ts';
import { declaredCharset, htmlText, type HtmlText } from '../html.ts';
import { checkLimit } from '../limits.ts';
import { TERM_LEVEL } from '../open-headings.ts';
import { unixLineEnds } from '../text.ts';
import { refuseEntities } from '../xml.ts';
import { readPackage } from './package.ts';
import { encryptedFiles, refuseProtected } from './protection.ts';
import { readToc, type TocEntry } from './toc.ts';

export const EPUB = 'application/epub+zip';

export async function extractEpub(bytes: Uint8Array, limits: ExtractLimits): Promise<ExtractedDocument> {
  const archive = await openArchive(bytes);
  const { title, spine, toc } = await readPackage(archive);
  refuseProtected(await encryptedFiles(archive), spine);
  const entries = new Map<string, TocEntry[]>();
  for (const entry of await readToc(archive, toc)) {
    const same = entries.get(entry.path);
    if (same === undefined) entries.set(entry.path, [entry]);
    else same.push(entry);
  }
  const parts: string[] = [];
  const headings: Heading[] = [];
  let numChars = 0;
  for (const path of spine) {
    const file = chapterText(path, await archive.read(path), entries.get(path) ?? [], limits.maxChars - numChars);
    if (file.text === '') continue;
    for (const heading of file.headings) headings.push({ ...heading, startChar: heading.startChar + numChars });
    const part = `${file.text}\n`; // a blank line between files
    parts.push(part);
    numChars += codePointLength(part);
    checkLimit('characters', numChars, limits.maxChars);
  }
  return { title, text: parts.join(''), mediaType: EPUB, headings, pages: [], notes: [] };
}

function chapterText(path: string, bytes: Buffer, entries: readonly TocEntry[], maxChars: number): { text: string; headings: Heading[] } {
  const { text: source } = decodeText(bytes, declaredCharset(bytes));
  refuseEntities(path, source);
  const ids = new Set(entries.flatMap((entry) => entry.fragment ?? []));
  const file = htmlText(unixLineEnds(source), { maxChars: Math.max(0, maxChars), isXhtml: true, ids });
  return { text: file.text, headings: withToc(file, entries) };
}

/** A file's own headings; entries of the table of contents where none of them stands near. */
function withToc({ headings, anchors }: HtmlText, entries: readonly TocEntry[]): Heading[] {
  const added = entries.flatMap((entry): Heading[] => {
    const startChar = entry.fragment === undefined ? 0 : anchors.get(entry.fragment);
    if (startChar === undefined) return [];
    const isThere = headings.some((heading) => heading.title !== '' && heading.level < TERM_LEVEL && Math.abs(heading.startChar - startChar) <= NEAR_CHARS);
    return isThere ? [] : [{ level: entry.level, title: entry.title, startChar }];
  });
  return [...headings, ...added].sort((a, b) => a.startChar - b.startChar || a.level - b.level);
}

/** An anchor often stands some lines above its heading: a picture, a number, a motto. */
const NEAR_CHARS = 200;
