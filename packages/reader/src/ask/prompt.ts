// What the model that answers is asked, in words. One place, so that it can be tuned by evaluation.
import { trailText } from '../chunk/trail.ts';
import type { AnswerModel, ShownPassage } from '../answer-model/contract.ts';
import type { PromptKind } from '../frame.ts';

const INSTRUCTION = 'Read the passage and answer the question with a short phrase from the passage.';
/** For models that can take several passages, weigh them, and say that they do not know. */
const STRONG_INSTRUCTION = 'Answer the question in one short sentence, only from the passages, in their own words where you can. ' +
  'If they do not hold the answer, say that they do not.';

/** A base model continues what it sees: one example shows that the answer is short and where it ends. */
const EXAMPLE = [
  'Passage: The old mill at Brennick was rebuilt in 1781 by the carpenter Aldo Ferris, who lived across the river.',
  'Question: Who rebuilt the old mill at Brennick?',
  'Answer: Aldo Ferris',
].join('\n');

export interface PromptForm { kind: PromptKind; reads: AnswerModel['reads'] }

/** The content of the prompt when the text of the best blocks is read again: of a chat model's turn, or all of a base model's text. */
export function rereadPrompt(passages: readonly ShownPassage[], question: string, { kind, reads }: PromptForm): string {
  if (kind === 'base') {
    const texts = passages.map(({ trail, text }) => `Passage${headings(trail)}: ${oneLine(text)}`);
    return `${EXAMPLE}\n\n${texts.join('\n')}\nQuestion: ${oneLine(question)}\nAnswer:`;
  }
  const texts = passages.map(({ trail, text }) => `Passage${headings(trail)}:\n${text.trim()}`);
  return `${reads === 'passages' ? STRONG_INSTRUCTION : INSTRUCTION}\n\n${texts.join('\n\n')}\n\nQuestion: ${question}`;
}

const headings = (trail: readonly string[]): string => (trail.length === 0 ? '' : ` (${trailText(trail)})`);

/** In the completion form a line end is the end of an answer. */
const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** A base model does not end its turn: its answer is the first line that is not blank. */
export const ANSWER_END: Record<PromptKind, RegExp | undefined> = { chat: undefined, base: /(?<=\S)\s*\n/u };

/** What stands before the document's own keys and values, and after them, in the same text. */
export const SPARSE_INTRODUCTION: Record<PromptKind, string> = {
  chat: `${INSTRUCTION}\n\nPassage:\n`,
  base: `${EXAMPLE}\n\nPassage: `,
};
export const sparsePrompt = (question: string, kind: PromptKind = 'chat'): string =>
  (kind === 'base' ? `\nQuestion: ${oneLine(question)}\nAnswer:` : `\n\nQuestion: ${question}`);
