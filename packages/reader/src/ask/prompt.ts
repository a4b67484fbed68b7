// What the model that answers is asked, in words. One place, so that it can be tuned by evaluation.
import { trailText } from '../chunk/trail.ts';
import type { AnswerModel, ShownPassage } from '../answer-model/contract.ts';
import type { PromptKind } from '../frame.ts';

const INSTRUCTION = 'Read the passage and answer the question with a short phrase from the passage.';
/** For models that can take several passages, weigh them, and say that they do not know. */
const STRONG_INSTRUCTION = 'Answer the question in one short sentence, only from the passages, in their own words where you can. ' +
  'If they do not hold the answer, say that they do not.';

/**
 * A base model continues what it sees: examples of different kinds show that the answer is short and where it ends. Gemma 3 270M on 60
 * XQuAD questions with their own paragraph: 28 right without an example, 27 with one, 31 with three (exactly the expected words: 14, 13, 25).
 */
const EXAMPLES = [
  ['The old mill at Brennick was rebuilt in 1781 by the carpenter Aldo Ferris, who lived across the river.', 'Who rebuilt the old mill at Brennick?', 'Aldo Ferris'],
  ['Salt was carried over the Varn pass until 1903, when the railway made the mule trains useless.', 'What made the mule trains useless?', 'the railway'],
  ['The lake is 41 metres deep at its northern end and freezes only in hard winters.', 'How deep is the lake at its northern end?', '41 metres'],
].map(([passage, question, answer]) => `Passage: ${passage}\nQuestion: ${question}\nAnswer: ${answer}`).join('\n\n');

export interface PromptForm { kind: PromptKind; reads: AnswerModel['reads'] }

/** The content of the prompt when the text of the best blocks is read again: of a chat model's turn, or all of a base model's text. */
export function rereadPrompt(passages: readonly ShownPassage[], question: string, { kind, reads }: PromptForm): string {
  if (kind === 'base') {
    const texts = passages.map(({ trail, text }) => `Passage${headings(trail)}: ${oneLine(text)}`);
    return `${EXAMPLES}\n\n${texts.join('\n')}\nQuestion: ${oneLine(question)}\nAnswer:`;
  }
  const texts = passages.map(({ trail, text }) => `Passage${headings(trail)}:\n${text.trim()}`);
  return `${reads === 'passages' ? STRONG_INSTRUCTION : INSTRUCTION}\n\n${texts.join('\n\n')}\n\nQuestion: ${question}`;
}

const headings = (trail: readonly string[]): string => (trail.length === 0 ? '' : ` (${trailText(trail)})`);

/** In the completion form a line end is the end of an answer. */
const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** A base model does not end its turn: its answer is the first line that is not blank. */
export const ANSWER_END: Record<PromptKind, RegExp | undefined> = { chat: undefined, base: /(?<=\S)\s*\n/u };

/** What an answer that is chosen among the passages' spans begins with: after it comes the span and nothing else. */
export const SPAN_BEGINNING: Record<PromptKind, string> = { chat: 'Answer:', base: '' };

/** What stands before the document's own keys and values, and after them, in the same text. */
export const SPARSE_INTRODUCTION: Record<PromptKind, string> = {
  chat: `${INSTRUCTION}\n\nPassage:\n`,
  base: `${EXAMPLES}\n\nPassage: `,
};
export const sparsePrompt = (question: string, kind: PromptKind = 'chat'): string =>
  (kind === 'base' ? `\nQuestion: ${oneLine(question)}\nAnswer:` : `\n\nQuestion: ${question}`);
