// What kind of file this is: by its first bytes, then by its name.
import { ServiceError, type MediaType } from '@lectern/shared';

const BY_EXTENSION: Record<string, MediaType> = {
  md: 'text/markdown', markdown: 'text/markdown', mdown: 'text/markdown', mkd: 'text/markdown',
  html: 'text/html', htm: 'text/html', xhtml: 'text/html',
};

/** Files that people will try, by their first bytes. */
const KNOWN_BINARY: Array<{ what: string; magic: number[] }> = [
  { what: 'a ZIP archive (DOCX, EPUB, ODT and the like)', magic: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'an old Microsoft Office file', magic: [0xd0, 0xcf, 0x11, 0xe0] },
  { what: 'a PNG image', magic: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a JPEG image', magic: [0xff, 0xd8, 0xff] },
  { what: 'a gzip archive', magic: [0x1f, 0x8b] },
  { what: 'an RTF file', magic: [0x7b, 0x5c, 0x72, 0x74, 0x66] },
];

/** `head`: the first kilobytes of the file (1,024 are enough). */
export function detectMediaType(name: string, head: Uint8Array): MediaType {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase() ?? '';
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString('latin1');
  if (start.includes('%PDF-')) return 'application/pdf';
  for (const { what, magic } of KNOWN_BINARY) {
    if (magic.every((byte, i) => head[i] === byte)) {
      throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${quoted(name)} is ${what}; text, Markdown, HTML and PDF can be read`, { details: { name } });
    }
  }
  if (extension === 'pdf') {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${quoted(name)} is named .pdf, but no %PDF- stands in its first 1024 bytes`, { details: { name } });
  }
  const hasBom16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!hasBom16 && head.includes(0)) {
    throw new ServiceError('DOCUMENT_BINARY', `${quoted(name)} is not text: it holds a NUL byte at offset ${head.indexOf(0)}`, { details: { name } });
  }
  if (/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html)[\s>]/i.test(start)) return 'text/html';
  return BY_EXTENSION[extension] ?? 'text/plain';
}

const quoted = (name: string): string => `'${name.slice(-100)}'`;
