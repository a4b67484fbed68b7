// Ids. None holds ':' (BullMQ refuses it in job ids).
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';

export const newJobId = (): string => `job_${ulid().toLowerCase()}`;

const hex = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.map((p) => `${Buffer.byteLength(p)}:${p}`).join('')).digest('hex');

/** The same bytes of the same type by the same tenant are one document. */
export const documentIdOf = (tenant: string, mediaType: string, sha256: string): string =>
  `doc_${hex(['document', tenant, mediaType, sha256]).slice(0, 40)}`;

/** A reading: a document encoded for a model. `model` is the model file's identity, not its location. */
export const readingIdOf = (tenant: string, documentId: string, model: string, keep: 'index' | 'all'): string =>
  `rd_${hex(['reading', tenant, documentId, model, keep]).slice(0, 40)}`;
