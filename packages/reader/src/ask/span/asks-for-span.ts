// Whether a question asks for something that it does not name, so that a span of a text can be its answer: by question words, in the languages
// whose words these are, or by a colon that the answer goes on after; in other scripts than Latin every question is taken for one that does.
import { asksForUnnamed } from '../support.ts';

/** Of German, French, Spanish, Italian, Portuguese, Dutch; those that are English words too (was, come, comment, hoe) are left. */
const QUESTION_WORDS = new RegExp(`(?<!\\p{L})(?:${[
  'wer', 'wem', 'wen', 'wessen', 'wann', 'wo', 'wohin', 'woher', 'warum', 'wie', 'wieviel', 'welche[rsmn]?',
  'qui', 'que', 'quoi', 'quand', 'où', 'pourquoi', 'combien', 'quell?e?s?',
  'quién(?:es)?', 'qué', 'cuándo', 'dónde', 'cuánt[oa]s?', 'cuál(?:es)?', 'cómo',
  'quando', 'perché', 'quant[oaie]', 'qual[ei]?', 'quem', 'onde', 'quais',
  'wanneer', 'waar', 'waarom', 'welke', 'hoeveel',
].join('|')})(?!\\p{L})`, 'iu');

/** 'The value of this key is:' */
const GOES_ON = /[:：]\s*$/u;

const LATIN = /\p{sc=Latin}/gu;
const LETTER = /\p{L}/gu;
const count = (text: string, of: RegExp): number => text.match(of)?.length ?? 0;

export function asksForSpan(question: string): boolean {
  return asksForUnnamed(question) || GOES_ON.test(question) || QUESTION_WORDS.test(question) || 2 * count(question, LATIN) < count(question, LETTER);
}
