// What is counted or listed: the words that a sentence must hold to count.
import { contentStems } from '../../ask/content-words.ts';
import { wordsOf } from '../../segment/words.ts';
import { stemsOf } from '../../segment/words.ts';
import { askedNames } from '../names.ts';

export interface Wanted {
  /** Names and quotations of the question, word by word; else its content words. Empty: nothing can be counted. */
  terms: string[][];
  /** A text's words in the form of the terms: names as they are written but for case, other words as stems. */
  wordsOf: (text: string) => string[];
  /** The same as a person reads them. */
  shown: string[];
  /** A number is asked for, not what the sentences say. */
  asksForNumber: boolean;
}

/** Asks for the number of mentions: of what a sentence says there may be any number. English. */
const NUMBER = /\bhow (?:many times|often)\b|\bcount\b|\bnumber of (?:times|mentions|occurrences)\b|\bhow many (?:sentences|passages|places|mentions|occurrences)\b/i;

/** Words that say what to do and where, as stems. */
const TASK = new Set(contentStems(`times time often count counts number many much list lists all every each find name names give tell show mention mentions mentioned
  occur occurs occurrences occurrence appear appears appearing stand stands sentence sentences passage passages place places word words text document documents book file`));

export function wantedOf(question: string): Wanted {
  const asksForNumber = NUMBER.test(question);
  const names = askedNames(question).map(({ text }) => text);
  const shown = names.length > 0 ? names : wordsIn(question).filter((word) => contentStems(word).some((stem) => !TASK.has(stem)));
  const formOf = names.length > 0 ? writtenWords : stemsOf;
  const distinct = [...new Map(shown.map((text) => [formOf(text).join(' '), text])).entries()].filter(([key]) => key !== '');
  return { terms: distinct.map(([key]) => key.split(' ')), shown: distinct.map(([, text]) => text), wordsOf: formOf, asksForNumber };
}

/** 'Ahab' and 'Ahab's' are one word, 'harpooneer' and 'harpoon' are two. */
export const writtenWords = (text: string): string[] =>
  [...wordsOf(text)].map(({ start, end }) => text.slice(start, end).normalize('NFKC').toLowerCase().replace(/['’]\p{L}+$/u, ''));

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/gu) ?? [];
