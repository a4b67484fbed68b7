// Word files (.docx) -> text: a checked archive, its styles, body and notes read as streams. Memory follows the text, not the mark-up:
// a library that builds the tree (mammoth 1.13) took 50 bytes of heap per byte of XML.
import { ServiceError } from '@lectern/shared';
import { type Archive, openArchive } from '../archive/archive.ts';
import type { ExtractedDocument, ExtractLimits } from '../../contract.ts';
import { isOleFile, refuseOle } from '../ole.ts';
import { TextBuilder } from '../text-builder.ts';
import { parseXml } from '../xml.ts';
import { DocxBody } from './body.ts';
import { findParts } from './relationships.ts';
import { Styles } from './styles.ts';

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const CONTENT_TYPES = '[Content_Types].xml';

export async function extractDocx(bytes: Uint8Array, limits: ExtractLimits): Promise<ExtractedDocument> {
  if (isOleFile(bytes)) refuseOle('the Word file', bytes);
  const archive = await openArchive(bytes);
  await refuseOtherKinds(archive);
  const parts = await findParts(archive);
  const styles = await Styles.read(archive, parts.styles);
  const out = new TextBuilder(limits.maxChars);
  const body = new DocxBody(out, styles);
  for (const part of [parts.document, parts.footnotes, parts.endnotes]) {
    if (part !== undefined) await parseXml(part, archive.stream(part), body);
  }
  const title = parts.properties === undefined ? '' : await titleIn(archive, parts.properties);
  return { title: title || body.title, text: out.toString(), mediaType: DOCX, headings: out.headings, pages: [], notes: [] };
}

async function refuseOtherKinds(archive: Archive): Promise<void> {
  let kind = '';
  if (archive.has(CONTENT_TYPES)) {
    await parseXml(CONTENT_TYPES, archive.stream(CONTENT_TYPES), {
      open(_, { ContentType = '' }) {
        const main = /macroEnabled|spreadsheetml\.sheet\.main|presentationml\.presentation\.main/.exec(ContentType);
        if (main !== null) kind ||= main[0];
      },
    });
  }
  if (/macro/i.test(kind) || archive.names().some((name) => /(^|\/)vbaProject\.bin$/i.test(name))) {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', 'the Word file holds macros; save it as .docx without macros');
  }
  if (kind !== '') throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `the file is an Office file, but no Word document (${kind})`);
}

async function titleIn(archive: Archive, part: string): Promise<string> {
  let title = '';
  let inTitle = false;
  await parseXml(part, archive.stream(part), {
    open(name) { inTitle = name === 'title'; },
    text(data) { if (inTitle) title += data; },
    close() { inTitle = false; },
  });
  return title.replace(/\s+/g, ' ').trim().slice(0, 200);
}
