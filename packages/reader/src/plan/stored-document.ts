// A document's extracted text and structure on the blob store. The structure is written last: where it is, the text is.
import { MEDIA_TYPES, ServiceError, type BlobStore, type MediaType } from '@lectern/shared';
import { z } from 'zod';
import { blobKeys } from '../blob-keys.ts';
import { codePointLength } from '../characters.ts';
import type { ExtractLimits } from '../contract.ts';
import { extractDocument } from '../extract/index.ts';
import { checkVersion } from '../stored-version.ts';

/** Plans point into the text: a version that extracts another text from the same bytes needs another key for it. */
const STRUCTURE_VERSION = 1;

const offset = z.int().min(0);
const structureSchema = z.strictObject({
  version: z.literal(STRUCTURE_VERSION),
  title: z.string(),
  mediaType: z.enum(MEDIA_TYPES),
  headings: z.array(z.strictObject({ level: z.int().min(1), title: z.string(), startChar: offset })),
  pages: z.array(z.strictObject({ page: z.int().min(1), startChar: offset, endChar: offset })),
  notes: z.array(z.string()),
  numBytes: offset, // of the text as UTF-8
  numChars: offset,
});
export type DocumentStructure = z.infer<typeof structureSchema>;

/** Undefined when the document was not extracted yet. */
export async function loadStructure(blobs: BlobStore, documentId: string): Promise<DocumentStructure | undefined> {
  const key = blobKeys.structure(documentId);
  if ((await blobs.stat(key)) === undefined) return undefined;
  return parseJson(await blobs.get(key), structureSchema, { key, version: STRUCTURE_VERSION });
}

export async function extractStored(
  blobs: BlobStore, documentId: string, source: { name: string; mediaType: MediaType; limits: ExtractLimits },
): Promise<DocumentStructure> {
  const stored = await loadStructure(blobs, documentId).catch((error: unknown) => {
    if (error instanceof ServiceError && error.code === 'BLOB_CORRUPT') return undefined; // damaged or older: extracted again, over it
    throw error;
  });
  if (stored !== undefined) return stored;
  const { text, ...rest } = await extractDocument(await blobs.get(blobKeys.source(documentId)), source, source.limits);
  const bytes = Buffer.from(text, 'utf8');
  const structure: DocumentStructure = { version: STRUCTURE_VERSION, ...rest, numBytes: bytes.length, numChars: codePointLength(text) };
  await blobs.put(blobKeys.text(documentId), bytes);
  await blobs.put(blobKeys.structure(documentId), Buffer.from(JSON.stringify(structure)));
  return structure;
}

/** A stored blob that is no longer what was written is corrupt, whatever the reason; what a newer version wrote is not. */
export function parseJson<T>(bytes: Buffer, schema: z.ZodType<T>, { key, version }: { key: string; version: number }): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new ServiceError('BLOB_CORRUPT', `blob ${key} is no JSON`, { cause: error, details: { key } });
  }
  checkVersion((value as { version?: unknown } | null)?.version, version, key);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ServiceError('BLOB_CORRUPT', `blob ${key}: ${z.prettifyError(parsed.error)}`, { details: { key } });
  return parsed.data;
}
