// What the reader model is asked, in words. One place, so that it can be tuned by evaluation.
import { trailText } from '../chunk/trail.ts';

const INSTRUCTION = 'Read the passage and answer the question with a short phrase from the passage.';

/** The user's turn when the text of the best blocks is read again. */
export function rereadPrompt(passages: ReadonlyArray<{ trail: readonly string[]; text: string }>, question: string): string {
  const texts = passages.map(({ trail, text }) => `Passage${trail.length === 0 ? '' : ` (${trailText(trail)})`}:\n${text.trim()}`);
  return `${INSTRUCTION}\n\n${texts.join('\n\n')}\n\nQuestion: ${question}`;
}

/** What stands before the document's own keys and values, and after them, in the same turn. */
export const SPARSE_INTRODUCTION = `${INSTRUCTION}\n\nPassage:\n`;
export const sparsePrompt = (question: string): string => `\n\nQuestion: ${question}`;
