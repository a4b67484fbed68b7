// The first arrow: a document's bytes -> its text, headings and pages.
import { ServiceError, type MediaType } from '@lectern/shared';
import { codePointLength } from '../characters.ts';
import type { ExtractedDocument, ExtractLimits } from '../contract.ts';
import { DOCX, extractDocx } from './docx/docx.ts';
import { EPUB, extractEpub } from './epub/epub.ts';
import { extractHtml } from './html.ts';
import { languageNotes } from './language.ts';
import { checkLimit } from './limits.ts';
import { extractMarkdown } from './markdown.ts';
import { extractPdf } from './pdf/pdf.ts';
import { extractText } from './text.ts';

type Extractor = (bytes: Uint8Array, limits: ExtractLimits) => ExtractedDocument | Promise<ExtractedDocument>;

const EXTRACTORS: Record<MediaType, Extractor> = {
  'text/plain': extractText,
  'text/markdown': extractMarkdown,
  'text/html': extractHtml,
  'application/pdf': extractPdf,
  [DOCX]: extractDocx,
  [EPUB]: extractEpub,
};

export async function extractDocument(
  bytes: Uint8Array, source: { mediaType: MediaType; name: string }, limits: ExtractLimits,
): Promise<ExtractedDocument> {
  checkLimit('bytes', bytes.length, limits.maxBytes);
  if (bytes.length === 0) throw new ServiceError('DOCUMENT_EMPTY', `'${source.name}' is empty: 0 bytes`);
  const document = await EXTRACTORS[source.mediaType](bytes, limits);
  checkLimit('characters', codePointLength(document.text), limits.maxChars);
  if (!/\S/.test(document.text)) {
    throw new ServiceError('DOCUMENT_EMPTY', `'${source.name}' holds no text: ${bytes.length} bytes, only white space or mark-up`);
  }
  return { ...document, notes: [...document.notes, ...languageNotes(document.text)] };
}
