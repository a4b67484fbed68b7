// What stands before a text, and between it and a question, when a model is asked how likely it holds the question after the text.
// A small chat model does as it was shown rather than as it is told: after examples that ask in other words than their passage has, it ranks
// such questions better. A base model gains nothing by them (docs/finding.md, "The second look").
import type { ChatMessage } from '@lectern/model';
import type { ReaderModel } from '../../contract.ts';
import { aroundContent, frameOf, promptKindOf } from '../../frame.ts';

const INSTRUCTION = 'Write a question that the passage answers.\n\n';
const PASSAGE = 'Passage:\n';
const EXAMPLES = [
  ['Revenue fell because two factories were closed.', 'Why did the company sell less?'],
  ["Anna keeps her late husband's letters in a biscuit tin.", 'Where does the widow store her correspondence?'],
] as const;

/** Tokens behind the model's prefix (frame.ts). */
export interface LikelihoodPrompt { head: Int32Array; between: Int32Array }

export function likelihoodPrompt(model: ReaderModel): LikelihoodPrompt {
  const { tokenizer } = model;
  if (promptKindOf(model) === 'base') return { head: tokenizer.encode(PASSAGE).ids, between: tokenizer.encode('\n\nQuestion: ').ids };
  return { head: tokenizer.encode(chatHead(model), { parseSpecial: true }).ids, between: frameOf(model).tailIds };
}

/** Examples are earlier turns. A template that begins otherwise when turns follow gives no place to put them behind the prefix: there the instruction stands alone. */
function chatHead({ chat }: ReaderModel): string {
  const turns = EXAMPLES.flatMap(([passage, question], i): ChatMessage[] => [
    { role: 'user', content: `${i === 0 ? INSTRUCTION : ''}${PASSAGE}${passage}` }, { role: 'assistant', content: question },
  ]);
  const { before } = aroundContent(chat, []);
  const rendered = aroundContent(chat, turns, PASSAGE).before;
  return rendered.startsWith(before) ? rendered.slice(before.length) : `${INSTRUCTION}${PASSAGE}`;
}
