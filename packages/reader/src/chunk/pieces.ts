// Text -> pieces that are tokenised on their own, so that tokens depend only on their neighbourhood and text can be streamed.
// A piece is a paragraph with the blank lines after it; over-long ones are cut at line or sentence ends chosen by content.
import { hashBytes } from '../hash.ts';

export const MAX_PIECE_BYTES = 2048;
/** An over-long paragraph is not cut before this. */
const MIN_CUT_BYTES = 1024;
/** One candidate end in four is taken, so that after an edit the cuts fall together again. */
const CUT_ONE_IN = 4;
/** Bytes before a candidate that decide whether it is taken. */
const CUT_WINDOW = 24;
const READ_BYTES = 256 * 1024;

const NEWLINE = 0x0a;
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** Reads bytes [start, end) of the text. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/** Consecutive pieces of the UTF-8 text; together they are the text. */
export async function* cutPieces(read: ReadRange, numBytes: number): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array = new Uint8Array(0);
  let at = 0; // in pending
  let readTo = 0;
  for (;;) {
    const isFinal = readTo === numBytes;
    const end = pieceEnd(pending, at, isFinal);
    if (end !== undefined) {
      yield pending.subarray(at, end);
      at = end;
      continue;
    }
    if (isFinal) return;
    const next = await read(readTo, Math.min(numBytes, readTo + READ_BYTES));
    pending = Buffer.concat([pending.subarray(at), next]);
    readTo += next.length;
    at = 0;
  }
}

/** End of the piece that begins at `from`; undefined when more bytes are needed to tell, or none are left. */
function pieceEnd(bytes: Uint8Array, from: number, isFinal: boolean): number | undefined {
  const limit = Math.min(bytes.length, from + MAX_PIECE_BYTES);
  for (let i = from; i < limit; i++) {
    if (bytes[i] !== NEWLINE) continue;
    let lastNewline = i;
    let j = i + 1;
    for (; j < limit && isSpace(bytes[j]); j++) if (bytes[j] === NEWLINE) lastNewline = j;
    if (j === bytes.length && !isFinal) return undefined;
    if (lastNewline > i) return lastNewline + 1;
  }
  if (limit < bytes.length) return longCut(bytes, from);
  return isFinal && limit > from ? limit : undefined;
}

/** bytes holds more than MAX_PIECE_BYTES after `from`. */
function longCut(bytes: Uint8Array, from: number): number {
  let lastCandidate = -1;
  let lastSpace = -1;
  for (let p = from + MIN_CUT_BYTES; p <= from + MAX_PIECE_BYTES; p++) {
    if (endsLineOrSentence(bytes, p)) {
      if (hashBytes(bytes, p - CUT_WINDOW, p) % CUT_ONE_IN === 0) return p;
      lastCandidate = p;
    } else if (isSpace(bytes[p]) && !isSpace(bytes[p - 1])) {
      lastSpace = p;
    }
  }
  if (lastCandidate > 0) return lastCandidate;
  if (lastSpace > 0) return lastSpace;
  let end = from + MAX_PIECE_BYTES;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return end;
}

/** After a newline; before the space that follows a sentence end (the space belongs to the next token); after a full-width sentence end. */
function endsLineOrSentence(bytes: Uint8Array, p: number): boolean {
  if (bytes[p - 1] === NEWLINE) return true;
  if (FULL_WIDTH_ENDS.has(threeBytes(bytes, p))) return true;
  if (bytes[p] !== 0x20) return false;
  let last = p - 1;
  const closesAscii = bytes[last] === 0x22 || bytes[last] === 0x27 || bytes[last] === 0x29; // " ' )
  const closesCurly = bytes[last - 2] === 0xe2 && bytes[last - 1] === 0x80 && (bytes[last] === 0x9d || bytes[last] === 0x99); // U+201D, U+2019
  if (closesCurly) last -= 3;
  else if (closesAscii) last -= 1;
  if (bytes[last] === 0x2e || bytes[last] === 0x21 || bytes[last] === 0x3f) return true;
  return SPACED_ENDS.has(threeBytes(bytes, last + 1)) || SPACED_ENDS.has((bytes[last - 1] << 8) | bytes[last]);
}

const threeBytes = (bytes: Uint8Array, end: number): number => (bytes[end - 3] << 16) | (bytes[end - 2] << 8) | bytes[end - 1];
const utf8Number = (char: string): number => Buffer.from(char).readUIntBE(0, Buffer.byteLength(char));
/** 。！？｡ as numbers of their UTF-8 bytes. */
const FULL_WIDTH_ENDS = new Set(Array.from('。！？｡', utf8Number));
/** Armenian, Arabic, Urdu, Devanagari, Myanmar, Ethiopic and Khmer full stops and question marks. */
const SPACED_ENDS = new Set(Array.from('\u0589\u061f\u06d4\u0964\u0965\u104a\u104b\u1362\u1367\u17d4\u17d5', utf8Number));
