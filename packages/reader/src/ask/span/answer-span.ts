// A small model's answer: the span of the passages that it holds for the likeliest. Left to itself it misspells what it copies, or says
// something else (docs/finding.md, "Answers as spans").
import type { AnswerOptions, AnswerPrompt, Generated } from '../../answer-model/contract.ts';
import type { LocalModel } from '../../answer-model/local.ts';
import { frameOf, prefixContext } from '../../frame.ts';
import { contentStems } from '../content-words.ts';
import { fieldAsked } from '../field-label.ts';
import type { Range } from '../sentences.ts';
import { endsOf, likeliestSpan } from './likeliest-span.ts';
import { MAX_SPAN_TOKENS, spanPaths } from './span-paths.ts';

/** Between texts: no answer goes across it. */
const GAP = '\n\n';

/** Where the labels stand that the question asks for: what they say is no answer. */
function labelsAsked(texts: readonly string[], asked: readonly string[]): Range[] {
  let at = 0;
  return texts.flatMap((text) => {
    const start = at;
    at += text.length + GAP.length;
    const field = fieldAsked(text, asked);
    return field === undefined ? [] : [{ start, end: start + field.valueStart }];
  });
}

const ends = new WeakMap<LocalModel['tokenizer'], number[]>();

/** `promptIds`: from behind the prefix to where the answer begins. undefined: the passages say nothing that the question does not. */
export async function answerSpan(model: LocalModel, promptIds: Int32Array, { passages, question }: AnswerPrompt, options: AnswerOptions): Promise<Generated | undefined> {
  const { transformer, tokenizer } = model;
  const texts = passages.map((passage) => passage.text.trim());
  const text = texts.join(GAP);
  const asked = contentStems(question);
  const labels = labelsAsked(texts, asked);
  const saysMore = (start: number, end: number): boolean =>
    !labels.some((label) => start >= label.start && start < label.end) && contentStems(text.slice(start, end)).some((stem) => !asked.includes(stem));
  const context = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], frameOf(model).prefixIds.length + promptIds.length);
  try {
    const { control } = options;
    const [{ logits }] = await transformer.forward([{ context, tokens: promptIds }], { logits: 'last', ...(control === undefined ? {} : { control }) });
    const span = await likeliestSpan(spanPaths(text, tokenizer), saysMore, {
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
