// Plain text: as it is, with \n line ends.
import type { ExtractedDocument } from '../contract.ts';
import { decodeText } from './encoding.ts';
import { plainTextHeadings } from './headings.ts';

export function extractText(bytes: Uint8Array): ExtractedDocument {
  const { text: raw, encoding } = decodeText(bytes);
  const text = unixLineEnds(raw);
  return { title: '', text, mediaType: 'text/plain', headings: plainTextHeadings(text), pages: [], notes: encodingNotes(encoding) };
}

export const unixLineEnds = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

export const encodingNotes = (encoding: string): string[] =>
  encoding.startsWith('utf-') ? [] : [`the file is not UTF-8; it was read as ${encoding}`];
