// UTF-8 of a stretch of a string. A lone surrogate becomes U+FFFD, as TextEncoder has it.

/** Writes the bytes of text[start, end) to out, which has room for 3 per code unit; gives their number. */
export function writeUtf8(text: string, start: number, end: number, out: Uint8Array): number {
  let numBytes = 0;
  for (let i = start; i < end; i++) {
    let code = text.charCodeAt(i);
    if ((code & 0xf800) === 0xd800) {
      const next = code < 0xdc00 && i + 1 < end ? text.charCodeAt(i + 1) : 0;
      if ((next & 0xfc00) === 0xdc00) {
        code = 0x1_0000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
      } else {
        code = 0xfffd;
      }
    }
    if (code < 0x80) {
      out[numBytes++] = code;
      continue;
    }
    if (code < 0x800) {
      out[numBytes++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x1_0000) {
        out[numBytes++] = 0xe0 | (code >> 12);
      } else {
        out[numBytes++] = 0xf0 | (code >> 18);
        out[numBytes++] = 0x80 | ((code >> 12) & 63);
      }
      out[numBytes++] = 0x80 | ((code >> 6) & 63);
    }
    out[numBytes++] = 0x80 | (code & 63);
  }
  return numBytes;
}
