// What can be wrong with a blob's file, and the part of it that is asked for.
import { ServiceError } from '../errors.ts';
import { findDamage, TRAILER_BYTES } from './trailer.ts';

export const missing = (key: string, cause: unknown): ServiceError =>
  new ServiceError('BLOB_NOT_FOUND', `there is no blob ${key}`, { cause, details: { key } });

export const tooShort = (key: string): ServiceError =>
  new ServiceError('BLOB_CORRUPT', `blob ${key} is shorter than its trailer`, { details: { key } });

export const endedEarly = (key: string, at: number, to: number): ServiceError =>
  new ServiceError('BLOB_CORRUPT', `blob ${key} ended at byte ${at} while it was read to ${to}`, { details: { key } });

/** The blob of a whole file. */
export function checked(key: string, whole: Buffer): Buffer {
  const damage = findDamage(whole);
  if (damage) throw new ServiceError('BLOB_CORRUPT', `blob ${key} is damaged: ${damage}`, { details: { key } });
  return whole.subarray(0, whole.length - TRAILER_BYTES);
}

/** [start, end) as far as the blob has it. */
export function clamped(start: number, end: number, numBytes: number): { from: number; to: number } {
  const from = Math.min(Math.max(0, start), numBytes);
  return { from, to: Math.min(Math.max(from, end), numBytes) };
}
