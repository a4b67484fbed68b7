// Real English text of any length for the bench: the demo's book, then the speeches on the state of the union, all different.
import { readFileSync } from 'node:fs';
import { fetchSpeeches } from '../demo/speeches.ts';

/** With SmolLM2's tokenizer; the bench's table shows the tokens counted. */
const BOOK_CHARS_PER_TOKEN = 4.05;
const SPEECH_CHARS_PER_TOKEN = 5.28;

/** About numTokens, cut at the end of a line. */
export async function longText(book: string, numTokens: number, folder: string, say: (text: string) => void): Promise<string> {
  const wanted = Math.round(numTokens * BOOK_CHARS_PER_TOKEN);
  if (wanted <= book.length) return cutAtLine(book, wanted);
  const speeches = await fetchSpeeches(folder, say).then((path) => readFileSync(path, 'utf8')).catch((error: unknown) => {
    say(`${(error as Error).message}; the book is repeated, each paragraph under a number of its own`);
    return repeated(book, wanted - book.length);
  });
  const numChars = Math.round((numTokens - book.length / BOOK_CHARS_PER_TOKEN) * SPEECH_CHARS_PER_TOKEN);
  return `${book}\n\n${cutAtLine(speeches, numChars)}`;
}

/** At least so many characters: what is the same word for word would be a lookup of what was read before. */
function repeated(book: string, numChars: number): string {
  const paragraphs = book.split(/\n{2,}/u);
  const parts: string[] = [];
  for (let length = 0, i = 0; length < numChars; i++) {
    const part = `${i + 1}. ${paragraphs[i % paragraphs.length] ?? ''}`;
    parts.push(part);
    length += part.length + 2;
  }
  return parts.join('\n\n');
}

function cutAtLine(text: string, numChars: number): string {
  if (numChars >= text.length) return text;
  const cut = text.slice(0, numChars);
  return cut.slice(0, cut.lastIndexOf('\n'));
}
