// Prompt tokens -> answer text, streamed as it becomes readable.
import type { Context, Control, Tokenizer, Transformer } from '@lectern/model';
import { ServiceError } from '@lectern/shared';

export interface Generated {
  text: string;
  numTokens: number;
  finishReason: 'stop' | 'length';
}

export async function generateAnswer(
  model: { transformer: Transformer; tokenizer: Tokenizer }, context: Context, tokens: Int32Array,
  options: { maxOutputTokens: number; control?: Control; onDelta?: (text: string) => void },
): Promise<Generated> {
  const { tokenizer } = model;
  const ids: number[] = [];
  let sent = 0;
  const onToken = (token: number): void => {
    ids.push(token);
    const text = tokenizer.decode(ids);
    // A character whose bytes are not all there yet decodes to U+FFFD: it waits for the next token.
    if (text.endsWith('\ufffd') || text.length <= sent) return;
    options.onDelta?.(text.slice(sent));
    sent = text.length;
  };
  const result = await model.transformer.generate(context, {
    tokens, maxTokens: options.maxOutputTokens, stopTokens: tokenizer.stopTokens, onToken,
    ...(options.control === undefined ? {} : { control: options.control }),
  });
  if (result.finishReason === 'cancelled') throw new ServiceError('JOB_CANCELLED', 'cancelled');
  return { text: tokenizer.decode(result.tokens).trim(), numTokens: result.tokens.length, finishReason: result.finishReason };
}
