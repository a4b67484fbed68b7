// What an archive may hold before anything of it is unpacked. Deflate reaches 1,032:1; documents' XML stays far below 200:1.
import { ServiceError } from '@lectern/shared';

export interface ArchiveLimits {
  maxEntries: number;
  /** One entry unpacked, and all of them together (also those that are never read). */
  maxEntryBytes: number;
  maxTotalBytes: number;
  /** Unpacked to packed size, for entries of more than FREE_RATIO_BYTES. */
  maxRatio: number;
}

const MIB = 1024 * 1024;
export const ARCHIVE_LIMITS: ArchiveLimits = { maxEntries: 20_000, maxEntryBytes: 256 * MIB, maxTotalBytes: 1024 * MIB, maxRatio: 200 };
/** Small entries of one repeated character are no danger. */
export const FREE_RATIO_BYTES = MIB;

export function checkArchive(what: string, actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new ServiceError('DOCUMENT_TOO_LARGE', `the archive is refused: ${what} is ${Math.round(actual)}; the limit is ${limit}`, { details: { what, actual, limit } });
}

/** A damaged archive, or one made to mislead. */
export const refused = (why: string, details: { entry?: string } = {}, cause?: unknown): ServiceError =>
  new ServiceError('DOCUMENT_UNREADABLE', `the archive is refused: ${why}`, { details, ...(cause === undefined ? {} : { cause }) });
