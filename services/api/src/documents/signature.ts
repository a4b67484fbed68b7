// Do an upload's first bytes fit the media type it declares? What is wrong is said at once, not when a worker opens it.
import { type MediaType, ServiceError } from '@lectern/shared';

export const SIGNATURE_BYTES = 1_024;

const PDF = Buffer.from('%PDF-');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

const KINDS: Array<{ what: string; isIt: (head: Buffer) => boolean; mediaTypes: readonly MediaType[] }> = [
  { what: 'a PDF', isIt: (head) => head.includes(PDF), mediaTypes: ['application/pdf'] },
  {
    what: 'a ZIP archive, as Word and EPUB files are', isIt: (head) => head.subarray(0, ZIP.length).equals(ZIP),
    mediaTypes: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/epub+zip'],
  },
  { what: 'an old Office file (such as .doc), or one with a password', isIt: (head) => head.subarray(0, OLE.length).equals(OLE), mediaTypes: [] },
];

/** `head`: the first SIGNATURE_BYTES, or all there are. */
export function checkSignature(mediaType: MediaType, head: Buffer): void {
  const found = KINDS.find(({ isIt }) => isIt(head));
  const expected = KINDS.find(({ mediaTypes }) => mediaTypes.includes(mediaType));
  // Any text may speak of PDFs; no text begins with an archive's bytes.
  if (found === expected || (expected === undefined && found === KINDS[0] && !head.subarray(0, PDF.length).equals(PDF))) return;
  throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `Content-Type says ${mediaType}, but the bytes are ${found === undefined ? `not ${expected!.what}` : found.what}`, {
    details: { declared: mediaType, found: found?.what ?? 'unknown' },
  });
}
