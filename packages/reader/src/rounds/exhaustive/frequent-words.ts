// "What are the ten most frequent words?": no passage tells it, so all words of the documents are counted. English questions.
import { contentStems } from '../../ask/content-words.ts';
import type { ScannedSentence } from './sentence-scan.ts';
import { writtenWords } from './wanted.ts';

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const NUMBER = String.raw`(?:(\d{1,3}|${NUMBERS.join('|')})\s+)?`;
/** "the 10 most common words", "three most frequently used words"; not "the most common word for snow". */
const MOST_FIRST = new RegExp(String.raw`\b${NUMBER}most\s+(?:common|frequent|commonly|frequently|often|used)(?:\s+\p{L}+)?\s+(words?)\b(?!\s+(?:for|to)\b)`, 'iu');
/** "Which words appear most often?", "the five words that are used most frequently" */
const WORDS_FIRST = new RegExp(String.raw`\b${NUMBER}(words?)(?:\s+\p{L}+){1,3}\s+(?:the\s+)?most\s+(?:common|commonly|often|frequently)\b`, 'iu');
const MANY = 10;
export const MOST_WORDS = 50;

/** How many words are asked for, at most MOST_WORDS; undefined: the question is another one. */
export function frequentWordsAsked(question: string): number | undefined {
  const match = MOST_FIRST.exec(question) ?? WORDS_FIRST.exec(question);
  if (match === null) return undefined;
  const [, number, word] = match;
  if (number === undefined) return word.toLowerCase() === 'word' ? 1 : MANY;
  const named = NUMBERS.indexOf(number.toLowerCase());
  return Math.min(MOST_WORDS, Math.max(1, named < 0 ? Number(number) : named + 1));
}

/** Different words that are counted at once. */
const MAX_WORDS = 250_000;

/**
 * Words as they are written but for case, without function words and bare numbers. With more than `maxWords` different ones, the rarest give way:
 * each count is then up to `low` too low, and no word that occurs more often than that is lost (Misra and Gries 1982).
 */
export class WordCounts {
  readonly #counts = new Map<string, number>();
  /** Function words that were met: they come often. */
  readonly #joining = new Set<string>();
  readonly #maxWords: number;
  low = 0;

  constructor(maxWords = MAX_WORDS) {
    this.#maxWords = maxWords;
  }

  add({ text }: Pick<ScannedSentence, 'text'>): void {
    for (const word of writtenWords(text)) {
      const count = this.#counts.get(word) ?? 0;
      if (count === 0 && this.#isLeftOut(word)) continue;
      if (count > 0 || this.#counts.size < this.#maxWords) this.#counts.set(word, count + 1);
      else this.#giveWay();
    }
  }

  /** Falling; of equals the one that came first. */
  most(n: number): Array<{ word: string; count: number }> {
    return [...this.#counts].sort((a, b) => b[1] - a[1]).slice(0, n).map(([word, count]) => ({ word, count }));
  }

  #isLeftOut(word: string): boolean {
    if (this.#joining.has(word) || /^\p{N}+$/u.test(word)) return true;
    if (contentStems(word).length > 0) return false;
    this.#joining.add(word);
    return true;
  }

  /** One of each word and of the one that found no room. */
  #giveWay(): void {
    this.low++;
    for (const [word, count] of this.#counts) {
      if (count === 1) this.#counts.delete(word);
      else this.#counts.set(word, count - 1);
    }
  }
}

/** For each word the first sentence that holds it. */
export class FirstSentences {
  readonly found = new Map<string, ScannedSentence>();
  readonly #missing: Set<string>;

  constructor(words: readonly string[]) {
    this.#missing = new Set(words);
  }

  add(sentence: ScannedSentence): void {
    if (this.#missing.size === 0) return;
    for (const word of writtenWords(sentence.text)) if (this.#missing.delete(word)) this.found.set(word, sentence);
  }
}
