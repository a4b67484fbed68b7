// A file of the cache: the blob, then 24 bytes: magic 8 | length u64 little-endian | CRC-32 u32 | zeros. The blob's own SHA-256 was verified
// when it was fetched; the CRC (some 4 GB/s) tells at each read whether the file is still what was written.
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('LCACHE01', 'latin1');
export const FOOTER_BYTES = 24;

export function makeFooter(blob: Uint8Array): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  MAGIC.copy(footer, 0);
  footer.writeBigUInt64LE(BigInt(blob.length), 8);
  footer.writeUInt32LE(crc32(blob), 16);
  return footer;
}

/** The blob; undefined when the file is not what was written. */
export function parseEntry(file: Buffer): Buffer | undefined {
  if (file.length < FOOTER_BYTES) return undefined;
  const blob = file.subarray(0, file.length - FOOTER_BYTES);
  return makeFooter(blob).equals(file.subarray(blob.length)) ? blob : undefined;
}
