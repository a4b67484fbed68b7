// Bytes of a text file -> string: BOM, then UTF-16 by its zeros, then strict UTF-8, then a declared or detected legacy encoding; never with replacement characters.
import chardet from 'chardet';
import { ServiceError } from '@lectern/shared';

/** Below this, chardet's guess (0-100) is not trusted. */
const MIN_CONFIDENCE = 30;
/** Detection looks at no more than this. */
const DETECT_BYTES = 1 << 20;
const UTF16_SAMPLE_BYTES = 4_096;
/** Of the code units: Chinese has few spaces, but line ends. */
const MIN_UTF16_SHARE = 0.002;

export interface DecodedText {
  text: string; // line ends as they were
  encoding: string;
}

export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const marked = bomEncoding(bytes);
  if (marked !== undefined) {
    const text = tryDecode(bytes, marked);
    if (text === undefined) {
      throw new ServiceError('DOCUMENT_ENCODING', `the file starts with the byte order mark of ${marked}, but is not valid ${marked}`, {
        details: { encoding: marked },
      });
    }
    return { text: refuseBinary(text), encoding: marked };
  }
  const unmarked = looksLikeUtf16(bytes);
  if (unmarked !== undefined) {
    const text = tryDecode(bytes, unmarked);
    if (text !== undefined) return { text: refuseBinary(text), encoding: unmarked };
  }
  if (bytes.includes(0)) {
    throw new ServiceError('DOCUMENT_BINARY', `the file is not text: it holds a NUL byte at offset ${bytes.indexOf(0)}`, {
      details: { offset: bytes.indexOf(0) },
    });
  }
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== undefined) return { text: refuseBinary(utf8), encoding: 'utf-8' };

  const sample = nonAsciiSample(bytes);
  const candidates = declared === undefined ? [] : [{ name: declared }];
  if (looksLikeThai(sample)) candidates.push({ name: 'windows-874' }); // the detector takes it for Chinese or Korean
  for (const guess of chardet.analyse(sample)) {
    // UTF-8 was refused above, and ASCII cannot hold what refused it.
    if (guess.confidence >= MIN_CONFIDENCE && guess.name !== 'UTF-8' && guess.name !== 'ASCII') candidates.push(guess);
  }
  for (const { name } of candidates) {
    const text = tryDecode(bytes, name);
    // C1 controls do not occur in text: their presence means a wrong guess.
    if (text !== undefined && !/[\u0080-\u009f]/.test(text)) return { text: refuseBinary(text), encoding: name.toLowerCase() };
  }
  refuseBinary(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, DETECT_BYTES)).toString('latin1'));
  throw new ServiceError('DOCUMENT_ENCODING', 'the file is neither UTF-8 nor in an encoding that can be told with confidence; convert it to UTF-8', {
    details: { candidates: candidates.slice(0, 3).map((c) => c.name) },
  });
}

function bomEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    // In one call Node 20 decodes windows-1252 as Latin-1: curly quotes would become controls.
    return decoder.decode(bytes, { stream: true }) + decoder.decode();
  } catch (error) {
    // TypeError: the bytes do not fit; RangeError: an encoding that this Node does not know.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** UTF-16 without a mark, by its spaces and line ends: each has a 0 beside it, always on the same side. */
export function looksLikeUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const numUnits = Math.min(bytes.length, UTF16_SAMPLE_BYTES) >> 1;
  const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
  let little = 0;
  let big = 0;
  let numAscii = 0; // units whose halves are both characters of ASCII: rather 8-bit text with stray zeros
  for (let i = 0; i < 2 * numUnits; i += 2) {
    const [first, second] = [bytes[i], bytes[i + 1]];
    if (first === 0 && second === 0) return undefined;
    if (second === 0 && isSpace(first)) little++;
    if (first === 0 && isSpace(second)) big++;
    if (isPrintable(first) && isPrintable(second)) numAscii++;
  }
  const found = Math.max(little, big);
  if (found < MIN_UTF16_SHARE * numUnits || found === 0 || Math.min(little, big) * 8 > found || numAscii > numUnits / 2) return undefined;
  return little > big ? 'utf-16le' : 'utf-16be';
}

/** TIS-620 and its kin: vowel and tone marks stand on consonants or other marks. In other text such bytes come anywhere. */
function looksLikeThai(bytes: Uint8Array): boolean {
  const isConsonant = (b: number): boolean => b >= 0xa1 && b <= 0xce;
  const isMark = (b: number): boolean => b === 0xd1 || (b >= 0xd4 && b <= 0xda) || (b >= 0xe7 && b <= 0xee);
  let numHigh = 0;
  let numMarks = 0;
  let numPlaced = 0;
  for (let i = 1; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    if (bytes[i] < 0xa0 || (bytes[i] > 0xda && bytes[i] < 0xdf) || bytes[i] > 0xfb) return false; // no characters of Thai
    numHigh++;
    if (!isMark(bytes[i])) continue;
    numMarks++;
    if (isConsonant(bytes[i - 1]) || isMark(bytes[i - 1])) numPlaced++;
  }
  return numHigh >= 20 && numMarks >= 0.1 * numHigh && numPlaced >= 0.95 * numMarks;
}

/** The part with the evidence: a window that begins shortly before the first byte beyond ASCII. */
function nonAsciiSample(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = Math.max(0, first - 1024);
  return bytes.subarray(start, start + DETECT_BYTES);
}

/** Control characters other than tab, line ends, form feed, backspace and escape: more than one in 100 is no text. */
function refuseBinary(text: string): string {
  let numControls = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && !(code >= 8 && code <= 13) && code !== 0x1b) {
      if (code === 0) {
        throw new ServiceError('DOCUMENT_BINARY', `the file is not text: it holds a NUL character at position ${i}`, { details: { offset: i } });
      }
      numControls++;
    }
  }
  if (numControls * 100 > text.length) {
    throw new ServiceError('DOCUMENT_BINARY', `the file is not text: ${numControls} of ${text.length} characters are control characters`, {
      details: { controls: numControls, characters: text.length },
    });
  }
  return text;
}
