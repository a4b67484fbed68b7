// Code points [start, end) of a stored UTF-8 text, read in parts: memory does not depend on the document.
import type { BlobStore } from '@lectern/shared';

const PART_BYTES = 256 * 1024;

export interface TextRange {
  startChar: number;
  endChar: number;
  text: string;
}

/** Clamped to the text. `numChars`, when known, makes plain ASCII a jump. */
export async function readTextRange(blobs: BlobStore, key: string, range: { start: number; end: number; numBytes: number; numChars?: number }): Promise<TextRange> {
  const { start, end, numBytes, numChars } = range;
  if (numChars === numBytes) {
    const [from, to] = [Math.min(start, numBytes), Math.min(end, numBytes)];
    return { startChar: from, endChar: to, text: (await blobs.getRange(key, from, to)).toString('latin1') };
  }
  const kept: Buffer[] = [];
  let char = 0; // code points that began before the present byte
  for (let at = 0; at < numBytes && char <= end; at += PART_BYTES) {
    const part = await blobs.getRange(key, at, at + PART_BYTES);
    const { from, to, next } = findRange(part, char, start, end);
    if (to > from) kept.push(part.subarray(from, to));
    char = next;
  }
  const total = char;
  return { startChar: Math.min(start, total), endChar: Math.min(end, total), text: Buffer.concat(kept).toString('utf8') };
}

/** Bytes of the part that belong to code points [start, end); `char` code points began before it. Continuation bytes (10xxxxxx) belong to the code point before. */
function findRange(part: Buffer, char: number, start: number, end: number): { from: number; to: number; next: number } {
  let from = -1;
  let to = -1;
  let next = char;
  for (let i = 0; i < part.length; i++) {
    if ((part[i]! & 0xc0) !== 0x80) {
      if (next === end) {
        to = i;
        next++;
        break;
      }
      next++;
    }
    // Code point next - 1 is the present one.
    if (from === -1 && next - 1 >= start) from = i;
  }
  if (from === -1) return { from: 0, to: 0, next };
  return { from, to: to === -1 ? part.length : to, next };
}
