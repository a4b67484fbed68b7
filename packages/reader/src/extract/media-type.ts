// What kind of file this is: by its first bytes, then by its name.
import { ServiceError, type MediaType } from '@lectern/shared';
import { DOCX } from './docx/docx.ts';
import { EPUB } from './epub/epub.ts';
import { isOleFile, refuseOle } from './ole.ts';
import { looksLikeUtf16 } from './encoding.ts';
import { kindOfZip } from './zip-kind.ts';

const BY_EXTENSION: Record<string, MediaType> = {
  md: 'text/markdown', markdown: 'text/markdown', mdown: 'text/markdown', mkd: 'text/markdown',
  html: 'text/html', htm: 'text/html', xhtml: 'text/html',
};

/** Files that people will try, by their first bytes. */
const KNOWN_BINARY: Array<{ what: string; magic: number[] }> = [
  { what: 'a PNG image', magic: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a JPEG image', magic: [0xff, 0xd8, 0xff] },
  { what: 'a gzip archive', magic: [0x1f, 0x8b] },
  { what: 'an RTF file', magic: [0x7b, 0x5c, 0x72, 0x74, 0x66] },
];

/** `head`: the first kilobytes of the file (4,096 are enough; of the whole file more can be told). */
export function detectMediaType(name: string, head: Uint8Array): MediaType {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase() ?? '';
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1');
  if (start.includes('%PDF-')) return 'application/pdf';
  if (start.startsWith('PK')) {
    const kind = kindOfZip(head, extension);
    if (kind === 'docx') return DOCX;
    if (kind === 'epub') return EPUB;
    if (kind !== undefined) throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${quoted(name)} is ${kind}; ${READABLE}`, { details: { name } });
  }
  if (isOleFile(head)) refuseOle(quoted(name), head);
  for (const { what, magic } of KNOWN_BINARY) {
    if (magic.every((byte, i) => head[i] === byte)) {
      throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${quoted(name)} is ${what}; ${READABLE}`, { details: { name } });
    }
  }
  const expected = EXPECTED[extension];
  if (expected !== undefined) {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${quoted(name)} is named .${extension}, but ${expected}`, { details: { name } });
  }
  const hasBom16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!hasBom16 && head.includes(0) && looksLikeUtf16(head) === undefined) {
    throw new ServiceError('DOCUMENT_BINARY', `${quoted(name)} is not text: it holds a NUL byte at offset ${head.indexOf(0)}`, { details: { name } });
  }
  if (/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html)[\s>]/i.test(start)) return 'text/html';
  return BY_EXTENSION[extension] ?? 'text/plain';
}

const READABLE = 'text, Markdown, HTML, PDF, Word (.docx) and EPUB can be read';

/** What a file of this name lacks when nothing of it was recognised. */
const EXPECTED: Record<string, string> = {
  pdf: 'no %PDF- stands in its first 1024 bytes', docx: 'it is no ZIP archive, as Word files are', epub: 'it is no ZIP archive, as EPUB files are',
  docm: 'it is no ZIP archive, as Word files are',
};

const quoted = (name: string): string => `'${name.slice(-100)}'`;
