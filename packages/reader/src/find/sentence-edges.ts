// Blocks end anywhere in a sentence: how far a stretch of blocks is widened so that it begins and ends with whole sentences, else whole words.

/** How much text around a stretch is looked at, bytes. */
export const EDGE_BYTES = 400;

/** UTF-16 units at the end of `before` that belong to the first sentence of what follows. */
export function unitsBefore(before: string, atDocumentStart: boolean): number {
  let start = -1;
  for (const match of before.matchAll(/[.!?]["”’')\]]*\s+|\n\s*\n\s*/g)) start = match.index + match[0].length;
  if (start >= 0) return before.length - start;
  if (atDocumentStart) return before.length;
  return before.length - (before.search(/\S*$/));
}

/** UTF-16 units at the start of `after` that belong to the last sentence of `text`. */
export function unitsAfter(text: string, after: string, atDocumentEnd: boolean): number {
  if (/(?:[.!?]["”’')\]]*\s*|\n\s*\n\s*)$/.test(text)) return 0;
  const match = /[.!?]["”’')\]]*(?=\s|$)|\n\s*\n/.exec(after);
  if (match !== null) return match.index + (match[0].startsWith('\n') ? 0 : match[0].length);
  return atDocumentEnd ? after.length : (/^\S*/.exec(after) as RegExpExecArray)[0].length;
}
