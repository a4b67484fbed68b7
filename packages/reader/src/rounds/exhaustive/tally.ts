// Counts sentences by how many of the wanted terms they hold, and keeps the best of them.
import { stemsOf } from '../../segment/words.ts';
import type { ScannedSentence } from './sentence-scan.ts';
import type { Wanted } from './wanted.ts';

export interface Match {
  sentence: ScannedSentence;
  /** Other words of the question that it holds. */
  shared: number;
}

export interface Counted {
  /** Sentences that hold all terms, or the most that any holds. */
  numSentences: number;
  /** How often all the terms occur in these. */
  numOccurrences: number;
  /** Terms that each of them holds. */
  numTerms: number;
  /** The best of them, in the order of the text. */
  matches: Match[];
}

export class Tally {
  readonly #wanted: Wanted;
  readonly #asked: readonly string[];
  readonly #most: number;
  #numTerms = 1;
  #numSentences = 0;
  #numOccurrences = 0;
  #matches: Match[] = [];

  /** `asked`: stems of the question's content words. */
  constructor(wanted: Wanted, asked: readonly string[], mostKept: number) {
    this.#wanted = wanted;
    this.#asked = asked;
    this.#most = mostKept;
  }

  add(sentence: ScannedSentence): void {
    const words = this.#wanted.wordsOf(sentence.text);
    const times = this.#wanted.terms.map((term) => occurrences(words, term));
    const numTerms = times.filter((n) => n > 0).length;
    if (numTerms < this.#numTerms) return;
    if (numTerms > this.#numTerms) [this.#numTerms, this.#numSentences, this.#numOccurrences, this.#matches] = [numTerms, 0, 0, []];
    this.#numSentences++;
    this.#numOccurrences += times.reduce((sum, n) => sum + n, 0);
    const there = new Set(stemsOf(sentence.text));
    this.#matches.push({ sentence, shared: this.#asked.filter((stem) => there.has(stem)).length });
    if (this.#matches.length >= 2 * this.#most) this.#matches = this.#best();
  }

  counted(): Counted {
    return { numSentences: this.#numSentences, numOccurrences: this.#numOccurrences, numTerms: this.#numSentences === 0 ? 0 : this.#numTerms, matches: this.#best() };
  }

  /** Those with most of the question's words, of equals the first in the text; in the order they came. */
  #best(): Match[] {
    const order = new Map(this.#matches.map((match, i) => [match, i]));
    const at = (match: Match): number => order.get(match) as number;
    return [...this.#matches].sort((a, b) => b.shared - a.shared || at(a) - at(b)).slice(0, this.#most).sort((a, b) => at(a) - at(b));
  }
}

/** How often the term's words stand in a row. */
function occurrences(words: readonly string[], term: readonly string[]): number {
  let count = 0;
  for (let i = 0; i + term.length <= words.length; i++) if (term.every((word, k) => words[i + k] === word)) count++;
  return count;
}
