// Bytes of a text file -> string: BOM, then strict UTF-8, then a declared or detected legacy encoding; never with replacement characters.
import chardet from 'chardet';
import { ServiceError } from '@lectern/shared';

/** Below this, chardet's guess (0-100) is not trusted. */
const MIN_CONFIDENCE = 30;
/** Detection looks at no more than this. */
const DETECT_BYTES = 1 << 20;

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
  if (bytes.includes(0)) {
    throw new ServiceError('DOCUMENT_BINARY', `the file is not text: it holds a NUL byte at offset ${bytes.indexOf(0)}`, {
      details: { offset: bytes.indexOf(0) },
    });
  }
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== undefined) return { text: refuseBinary(utf8), encoding: 'utf-8' };

  const candidates = declared === undefined ? [] : [{ name: declared, confidence: 100 }];
  for (const guess of chardet.analyse(nonAsciiSample(bytes))) {
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
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    // TypeError: the bytes do not fit; RangeError: an encoding that this Node does not know.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
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
