// What is counted or listed: the words that a sentence must hold to count.
import { contentStems } from '../../ask/support.ts';
import { stemsOf } from '../fitting.ts';
import { askedNames } from '../names.ts';

export interface Wanted {
  /** Names and quotations of the question, as stems in order; else its content words, one by one. Empty: nothing can be counted. */
  terms: string[][];
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
  const distinct = [...new Map(shown.map((text) => [stemsOf(text).join(' '), text])).entries()].filter(([key]) => key !== '');
  return { terms: distinct.map(([key]) => key.split(' ')), shown: distinct.map(([, text]) => text), asksForNumber };
}

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/gu) ?? [];
