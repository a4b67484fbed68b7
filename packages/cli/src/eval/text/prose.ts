// Real English text to hide things in: Moby-Dick, then the speeches on the state of the union. Both are public domain.
import { readFileSync } from 'node:fs';
import { fetchBook } from '../../demo/book.ts';
import { fetchSpeeches } from '../../demo/speeches.ts';
import type { SuiteOptions } from '../contract.ts';

/** With SmolLM2's tokenizer 4.05: below it, so that the book alone is not taken where it is too short. */
const BOOK_CHARS_PER_TOKEN = 4.25;

/** At least numTokens of it, where there are so many (2.4 million). Its beginning does not depend on numTokens. */
export async function loadProse({ numTokens, dataFolder, say }: Pick<SuiteOptions, 'numTokens' | 'dataFolder' | 'say'>): Promise<string> {
  const book = readFileSync(await fetchBook(dataFolder, say), 'utf8');
  if (numTokens * BOOK_CHARS_PER_TOKEN <= book.length) return book;
  return `${book}\n\n${readFileSync(await fetchSpeeches(dataFolder, say), 'utf8')}`;
}

/** Without the white space around them; headings and other lines go with the sentence that follows. */
export const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?]["”’')\]]*)\s+(?=["“‘'([]*[\p{Lu}\p{N}])|\n\s*\n/u).map((s) => s.replace(/\s+/gu, ' ').trim()).filter((s) => s !== '');

export const paragraphsIn = (text: string): string[] => text.split(/\n\s*\n/u).map((p) => p.replace(/\s+/gu, ' ').trim()).filter((p) => p !== '');
