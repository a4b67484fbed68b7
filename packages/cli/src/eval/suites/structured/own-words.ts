// A structured question is one only where the answer's line does not repeat its entry's name.
import { contentStems } from '../content-words.ts';
import type { UnitFact } from './unit.ts';

/** Also 'Norwegian' repeats 'Norway'. */
const SAME_PREFIX = 4;

export function repeatsName(line: string, name: string): boolean {
  const words = [...contentStems(line)];
  return [...contentStems(name.replace(/[._-]+/gu, ' '))].some((part) => words.some((word) =>
    word === part || (part.length >= SAME_PREFIX && word.startsWith(part.slice(0, SAME_PREFIX)))));
}

/** The fact of one line, or nothing when the line says too much or the answer too little. */
export function factOf(name: string, field: string, question: string, answers: readonly string[], line: { text: string; start: number }): UnitFact[] {
  if (answers.some((answer) => answer === '' || /^(?:NA%?|none|n\/a)$/iu.test(answer) || answer.length > MAX_ANSWER_CHARS)) return [];
  if (!answers.every((answer) => /[\p{L}\p{N}]/u.test(answer))) return [];
  if (contentStems(name).size === 0 || repeatsName(line.text, name)) return [];
  return [{ key: `${name}\u0000${field}`, question, answers, start: line.start, end: line.start + line.text.length }];
}
const MAX_ANSWER_CHARS = 80;
