// The last 48 bytes of a blob file: magic, length and SHA-256 of what stands before. Written with the blob, so the two cannot part.
import { createHash } from 'node:crypto';

const MAGIC = Buffer.from('LECTERN1', 'latin1');
export const TRAILER_BYTES = 48; // magic 8 | length u64 little-endian | sha256 32

export function makeTrailer(numBytes: number, sha256: Buffer): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  MAGIC.copy(trailer, 0);
  trailer.writeBigUInt64LE(BigInt(numBytes), 8);
  sha256.copy(trailer, 16);
  return trailer;
}

/** Undefined when the file holds what was put; else what is wrong with it. */
export function findDamage(file: Buffer): string | undefined {
  if (file.length < TRAILER_BYTES) return `the file has ${file.length} bytes, less than its trailer's ${TRAILER_BYTES}`;
  const numBytes = file.length - TRAILER_BYTES;
  const trailer = file.subarray(numBytes);
  if (!trailer.subarray(0, 8).equals(MAGIC)) return 'the trailer is missing';
  if (trailer.readBigUInt64LE(8) !== BigInt(numBytes)) return `it has ${numBytes} bytes, its trailer says ${trailer.readBigUInt64LE(8)}`;
  const sha256 = createHash('sha256').update(file.subarray(0, numBytes)).digest();
  return sha256.equals(trailer.subarray(16)) ? undefined : 'the checksum does not match';
}
