// How likely the model holds a question after a text that it is asked to put a question to: query likelihood, the older way round of ranking by
// language models (Ponte and Croft 1998; by a transformer's log-probabilities: Sachan et al. 2022, "Improving Passage Retrieval with Zero-Shot
// Question Generation"). Unlike a cosine it weighs each word of the question given all that the text says.
import type { Context, Control, Transformer } from '@lectern/model';
import type { ReaderModel } from '../../contract.ts';
import { prefixContext } from '../../frame.ts';
import { likelihoodPrompt } from './prompt.ts';

/** Of all texts that are read side by side, with what stands before and after each: a full pass, whose keys and values set the worker's peak memory. */
export const TOKENS_AT_ONCE = 1024;
/** Of a text the first so many tokens are read. */
export const MAX_TEXT_TOKENS = 96;
/** A longer question is not looked at in this way: it says enough by its words. */
export const MAX_QUESTION_TOKENS = 64;

export const fitsLikelihood = ({ tokenizer }: Pick<ReaderModel, 'tokenizer'>, question: string): boolean => tokenizer.encode(question).ids.length <= MAX_QUESTION_TOKENS;

interface Known { question: string; likelihoods: Map<string, number> }
/** Of each model's last question: it is often searched for and then asked, and an evaluation compares routes with it. */
const known = new WeakMap<Transformer, Known>();
const MAX_KNOWN = 1024;

/** log P(question | text) for each text, natural logarithm, <= 0. A cancel through `control` throws JOB_CANCELLED. */
export async function questionLikelihoods(model: ReaderModel, question: string, texts: readonly string[], control?: Control): Promise<number[]> {
  const before = known.get(model.transformer);
  const likelihoods = before?.question === question && before.likelihoods.size + texts.length <= MAX_KNOWN ? before.likelihoods : new Map<string, number>();
  const missing = [...new Set(texts)].filter((text) => !likelihoods.has(text));
  for (const [i, likelihood] of (await compute(model, question, missing, control)).entries()) likelihoods.set(missing[i], likelihood);
  known.set(model.transformer, { question, likelihoods });
  return texts.map((text) => likelihoods.get(text)!);
}

async function compute(model: ReaderModel, question: string, texts: readonly string[], control?: Control): Promise<number[]> {
  if (texts.length === 0) return [];
  const { transformer, tokenizer } = model;
  const { head, between } = likelihoodPrompt(model);
  const asked = tokenizer.encode(question).ids;
  const want = control === undefined ? {} : { control };
  const context = await opened(model, head, want);
  const found: number[] = [];
  try {
    const before = texts.map((text) => Int32Array.of(...tokenizer.encode(text).ids.subarray(0, MAX_TEXT_TOKENS), ...between));
    for (const batch of batches(before, context.length + asked.length)) found.push(...(await scored(transformer, context, batch, asked, want)));
  } finally {
    context.dispose();
  }
  return found;
}

/** In order, each of at most TOKENS_AT_ONCE tokens (or one text), of which each text takes `numMore` more than its own. */
function* batches(texts: readonly Int32Array[], numMore: number): Generator<Int32Array[]> {
  let batch: Int32Array[] = [];
  let numTokens = 0;
  for (const text of texts) {
    if (batch.length > 0 && numTokens + text.length + numMore > TOKENS_AT_ONCE) {
      yield batch;
      [batch, numTokens] = [[], 0];
    }
    batch.push(text);
    numTokens += text.length + numMore;
  }
  yield batch;
}

async function opened(model: ReaderModel, head: Int32Array, want: { control?: Control }): Promise<Context> {
  const prefix = await prefixContext(model);
  const context = model.transformer.context([{ kind: 'prefix', context: prefix }], prefix.length + head.length);
  await model.transformer.forward([{ context, tokens: head }], want);
  return context;
}

async function scored(transformer: Transformer, shared: Context, texts: readonly Int32Array[], asked: Int32Array, want: { control?: Control }): Promise<number[]> {
  const contexts: Context[] = [];
  try {
    const items = texts.map((tokens) => {
      const context = transformer.context([{ kind: 'prefix', context: shared }], shared.length + tokens.length + asked.length);
      contexts.push(context);
      return { context, tokens: Int32Array.of(...tokens, ...asked) };
    });
    const results = await transformer.forward(items, { ...want, lastLogProbs: asked.length });
    return results.map(({ logProbs }) => (logProbs as Float32Array).reduce((sum, logProb) => sum + logProb, 0));
  } finally {
    for (const context of contexts) context.dispose();
  }
}
