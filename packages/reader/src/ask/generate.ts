// Prompt tokens -> answer text, streamed as it becomes readable.
import type { Context, Tokenizer, Transformer } from '@lectern/model';
import type { AnswerOptions, Generated } from '../answer-model/contract.ts';
import { withoutThinking } from '../answer-model/thinking.ts';

export interface GenerateAnswerOptions extends AnswerOptions {
  /** Matches where the answer ends, for a model that does not end it itself. */
  end?: RegExp | undefined;
}

export async function generateAnswer(
  model: { transformer: Transformer; tokenizer: Tokenizer }, context: Context, tokens: Int32Array,
  options: GenerateAnswerOptions,
): Promise<Generated> {
  const { tokenizer } = model;
  const { end } = options;
  const ids: number[] = [];
  let sent = 0;
  const onToken = (token: number): boolean | void => {
    ids.push(token);
    const text = withoutThinking(tokenizer.decode(ids));
    const cut = end?.exec(text)?.index ?? text.length;
    // A character whose bytes are not all there yet decodes to U+FFFD: it waits for the next token.
    if (!text.endsWith('\ufffd') && cut > sent) {
      options.onDelta?.(text.slice(sent, cut));
      sent = cut;
    }
    if (cut < text.length) return false;
  };
  const result = await model.transformer.generate(context, {
    tokens, maxTokens: options.maxOutputTokens, stopTokens: tokenizer.stopTokens, onToken,
    ...(options.control === undefined ? {} : { control: options.control }),
  });
  const text = withoutThinking(tokenizer.decode(result.tokens));
  const cut = end?.exec(text)?.index ?? text.length;
  return { text: text.slice(0, cut).trim(), numTokens: result.tokens.length, finishReason: result.finishReason === 'length' ? 'length' : 'stop' };
}
