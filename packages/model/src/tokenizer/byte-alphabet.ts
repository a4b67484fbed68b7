// GPT-2's alphabet: each byte written as one printable character, so that a vocabulary of byte strings can be a list of texts.

/** Printable Latin-1 bytes stand for themselves, the other 68 for U+0100 and up, in order. */
const isPrintable = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

const CODE_OF_BYTE: number[] = []; // (256)
let numOthers = 0;
for (let byte = 0; byte < 256; byte++) CODE_OF_BYTE.push(isPrintable(byte) ? byte : 256 + numOthers++);

const BYTE_OF_CODE = new Map(CODE_OF_BYTE.map((code, byte) => [code, byte]));

export const byteCharacter = (byte: number): string => String.fromCharCode(CODE_OF_BYTE[byte]!);

/** The bytes that a token's text stands for; undefined when it holds a character outside the alphabet. */
export function bytesOf(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = BYTE_OF_CODE.get(text.charCodeAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
