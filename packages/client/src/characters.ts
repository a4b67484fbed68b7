// Offsets of the API count Unicode code points; JavaScript strings count UTF-16 units. These convert.
import assert from 'node:assert';

/** Where code points [startChar, endChar) of the text lie in UTF-16 units: text.slice(start, end). Clamped to the text. */
export function toUtf16Range(text: string, startChar: number, endChar: number): { start: number; end: number } {
  assert(startChar >= 0 && endChar >= startChar, `a range [${startChar}, ${endChar}) of characters`);
  const start = advance(text, 0, startChar);
  return { start, end: advance(text, start, endChar - startChar) };
}

export function sliceCodePoints(text: string, startChar: number, endChar: number): string {
  const { start, end } = toUtf16Range(text, startChar, endChar);
  return text.slice(start, end);
}

function advance(text: string, from: number, numChars: number): number {
  let at = from;
  for (let n = 0; n < numChars && at < text.length; n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}
