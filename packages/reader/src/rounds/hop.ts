// What was read -> the next question: a name that the sentence brings takes the place of what was asked about.
import { namesIn } from './names.ts';
import { type Part, subjectsOf } from './split.ts';
import { stemsOf } from '../segment/words.ts';

/** Names in a sentence that no earlier question was about: the surest and rarest first. `texts`: what was found with it. */
export function newNames(sentence: string, known: readonly string[], texts: readonly string[]): string[] {
  const old = new Set(known.flatMap(stemsOf));
  const counted = namesIn(sentence)
    .filter(({ text }) => { const stems = stemsOf(text); return stems.length > 0 && stems.some((stem) => !old.has(stem)); })
    .map(({ text, beginsSentence }) => ({ text, isSure: beginsSentence !== true || text.includes(' '), occurs: texts.filter((other) => other.includes(text)).length }))
    .sort((a, b) => Number(b.isSure) - Number(a.isSure) || a.occurs - b.occurs); // stable: of equals the first in the sentence
  return [...new Set(counted.map(({ text }) => text))];
}

const DETERMINER = /(?:\b(?:the|a|an|der|die|das|le|la|el)\s+)?$/iu;

/** The same question about something else; undefined where it is about nothing that could be replaced. */
export function questionAbout(name: string, { question, subjects }: Part): Part | undefined {
  const subject = (subjects.length > 0 ? subjects : subjectsOf(question)).filter((text) => question.includes(text)).at(-1);
  if (subject === undefined) return undefined;
  const at = question.lastIndexOf(subject);
  const before = question.slice(0, at).replace(DETERMINER, '');
  return { question: before + name + question.slice(at + subject.length), subjects: [name] };
}

/** Least share of what two sentences of one kind have in common beside their names. */
const SAME_FORM = 0.5;
/** Signs that say something, as = or ->; stops, quotes and brackets are in every sentence. */
const SIGNS = /[^\p{L}\p{N}\p{M}\s.,;:!?"“”„'’‘()[\]«»。，；：！？、「」]+/gu;

/**
 * Whether a sentence goes on where another ended, saying the same of the next: 'Bergen lies north of Stavanger.', 'Alta lies north of Bergen.'
 * Names left off, of the words and signs of the shorter the greater part must stand in the other.
 */
export function isOfOneForm(one: string, other: string): boolean {
  const [short, long] = [frameOf(one), frameOf(other)].sort((a, b) => a.size - b.size);
  const common = [...short].filter((token) => long.has(token)).length;
  return common > 0 && common >= SAME_FORM * short.size;
}

function frameOf(sentence: string): Set<string> {
  let rest = '';
  let at = 0;
  for (const { start, end } of namesIn(sentence)) {
    rest += `${sentence.slice(at, start)} `;
    at = end;
  }
  rest += sentence.slice(at);
  return new Set([...stemsOf(rest), ...(rest.match(SIGNS) ?? [])]);
}
