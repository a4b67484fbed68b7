// Question -> the questions that it holds, each about one thing, with the words that a text about that thing must hold.
import { contentStems } from '../ask/content-words.ts';
import { enumerationIn } from './enumeration.ts';
import { askedNames } from './names.ts';

export interface Part {
  question: string;
  /** What is asked about: names and keys of the question, else its last word of content. Not empty but for questions without any such word. */
  subjects: string[];
  /** Of a list: the thing that this part is about. */
  item?: string;
}

export interface Split {
  question: string;
  /** One, the question itself, or two and more. */
  parts: Part[];
  /** One of the parts' things is asked for. */
  isChoice: boolean;
  /** More than one answer is asked for, whatever the number of parts. */
  asksForAll: boolean;
}

/** Words of English and its neighbours that ask for several things. */
const ALL = /\b(?:all|every|each|list|both|alle|tous|toutes|todos|todas|tutti|tutte)\b|(?<!\p{L})все(?!\p{L})|所有|全部|すべて|(?:what|which|who)\s+(?:are|were)\b/iu;

export function splitQuestion(question: string): Split {
  const asksForAll = ALL.test(question);
  const list = enumerationIn(question);
  if (list === undefined) return { question, parts: [partOf(question)], isChoice: false, asksForAll };
  const before = question.slice(0, list.start);
  const after = question.slice(list.end);
  const common = askedNames(question).filter(({ start }) => start < list.start || start >= list.end).map(({ text }) => text);
  const parts = [...new Set(list.items)].map((item): Part => ({ question: before + item + after, subjects: [...subjectsIn(item), ...common], item }));
  return parts.length < 2 ? { question, parts: [partOf(question)], isChoice: false, asksForAll } : { question, parts, isChoice: list.isChoice, asksForAll };
}

/** A name is named whole; of a plain thing, 'the vault under the town hall', its words of content. */
const subjectsIn = (item: string): string[] => (/^\p{Ll}+\s/u.test(item) ? wordsOfContent(item) : [item]);

export const partOf = (question: string): Part => ({ question, subjects: subjectsOf(question) });

export function subjectsOf(question: string): string[] {
  const names = askedNames(question).map(({ text }) => text);
  return names.length > 0 ? names : lastContentWord(question);
}

const wordsOfContent = (text: string): string[] => (text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).filter((word) => contentStems(word).length > 0);

function lastContentWord(question: string): string[] {
  const last = wordsOfContent(question).at(-1);
  return last === undefined ? [] : [last];
}
