// A document as its owner sees it.
import { z } from 'zod';

/** Media types that Lectern extracts text from. */
export const MEDIA_TYPES = [
  'text/plain', 'text/markdown', 'text/html', 'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/epub+zip',
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export const documentRecordSchema = z.strictObject({
  /** doc_ + first 40 hex digits of sha256(tenant, media type, bytes): the same bytes twice are one document. */
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  mediaType: z.enum(MEDIA_TYPES),
  sha256: z.string(),
  numBytes: z.int().min(0),
  createdAt: z.string(),
  /** Known once it was planned. */
  numChars: z.int().min(0).optional(),
  numPages: z.int().min(0).optional(),
  numTokens: z.int().min(0).optional(),
  /** Plain sentences about what was left out or is read badly: pages without text, running heads, another language. */
  notes: z.array(z.string()).optional(),
});
export type DocumentRecord = z.infer<typeof documentRecordSchema>;
