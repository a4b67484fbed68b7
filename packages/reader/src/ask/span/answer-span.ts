// A small model's answer: the span of the passages that it holds for the likeliest. Left to itself it misspells what it copies, or says
// something else (docs/finding.md, "Answers as spans").
import type { AnswerOptions, AnswerPrompt, Generated } from '../../answer-model/contract.ts';
import type { LocalModel } from '../../answer-model/local.ts';
import { frameOf, prefixContext } from '../../frame.ts';
import { favourIn } from './favour.ts';
import { endsOf, likeliestSpan } from './likeliest-span.ts';
import { MAX_SPAN_TOKENS, spanPaths } from './span-paths.ts';

const ends = new WeakMap<LocalModel['tokenizer'], number[]>();

/** `promptIds`: from behind the prefix to where the answer begins. undefined: the passages say nothing that the question does not. */
export async function answerSpan(model: LocalModel, promptIds: Int32Array, { passages, question }: AnswerPrompt, options: AnswerOptions): Promise<Generated | undefined> {
  const { transformer, tokenizer } = model;
  const { text, values, favour } = favourIn(passages, question);
  const context = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], frameOf(model).prefixIds.length + promptIds.length);
  try {
    const { control } = options;
    const [{ logits }] = await transformer.forward([{ context, tokens: promptIds }], { logits: 'last', ...(control === undefined ? {} : { control }) });
    const span = await likeliestSpan(spanPaths(text, tokenizer, values), favour, {
      transformer, context, logits: logits as Float32Array, ends: endsFor(tokenizer), maxTokens: Math.min(MAX_SPAN_TOKENS, options.maxOutputTokens), control,
    });
    if (span === undefined) return undefined;
    const answer = text.slice(span.start, span.end).replace(/\s+/gu, ' ');
    options.onDelta?.(answer);
    return { text: answer, numTokens: span.numTokens, finishReason: 'stop', margin: span.margin };
  } finally {
    context.dispose();
  }
}

function endsFor(tokenizer: LocalModel['tokenizer']): number[] {
  const known = ends.get(tokenizer) ?? endsOf(tokenizer);
  ends.set(tokenizer, known);
  return known;
}
