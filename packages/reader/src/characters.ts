// Counting characters three ways: UTF-8 bytes (storage), UTF-16 units (JavaScript strings) and code points (what users see).

/** Code points that start in bytes [start, end). */
export function countCodePoints(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let count = 0;
  for (let i = start; i < end; i++) if ((bytes[i] & 0xc0) !== 0x80) count++;
  return count;
}

/** The first offset >= `offset` at which a character starts (or the end). */
export function alignForward(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < bytes.length && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}

export function codePointLength(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) if (isPair(text, i)) count--;
  return count;
}

/** Translates UTF-16 offsets of one string into code points; offsets must be asked for in ascending order. */
export class CodePointCursor {
  readonly #text: string;
  #unit = 0;
  #point = 0;

  constructor(text: string) {
    this.#text = text;
  }

  at(unit: number): number {
    if (unit < this.#unit) {
      this.#unit = 0;
      this.#point = 0;
    }
    for (; this.#unit < unit; this.#unit++) if (!isPair(this.#text, this.#unit)) this.#point++;
    return this.#point;
  }
}

/** True when unit i is the second half of a surrogate pair. */
function isPair(text: string, i: number): boolean {
  const low = text.charCodeAt(i);
  if ((low & 0xfc00) !== 0xdc00 || i === 0) return false;
  return (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
}
