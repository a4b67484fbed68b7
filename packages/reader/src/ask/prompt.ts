// What the reader model is asked, in words. One place, so that it can be tuned by evaluation.
import { trailText } from '../chunk/trail.ts';

/** The user's turn when the text of the best blocks is read again. */
export function rereadPrompt(passages: ReadonlyArray<{ trail: readonly string[]; text: string }>, question: string): string {
  const texts = passages.map(({ trail, text }) => (trail.length === 0 ? text.trim() : `${trailText(trail)}\n${text.trim()}`));
  return `${texts.join('\n\n')}\n\n${instruction(question)}`;
}

/** What follows the document's own keys and values, in the same turn. */
export const sparsePrompt = (question: string): string => `\n\n${instruction(question)}`;

const instruction = (question: string): string => `Answer the question in a few words, using only the text above.\nQuestion: ${question}`;
