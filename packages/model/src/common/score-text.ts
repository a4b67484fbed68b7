// What a model thinks of a text, token by token: to compare engines, precisions and models.
import type { ContextPart, Transformer } from '../contract.ts';

export interface TextScore {
  /** (numTokens): the token that the model would have given next. */
  argmaxes: Int32Array;
  /** (numTokens - 1): -log p of the token that does come next. */
  losses: Float64Array;
}

const TOKENS_PER_CALL = 96; // logits of all of them are held at once
const NEGLIGIBLE = -25; // below the largest logit: e^-25 of it each

/** One sequence of tokens, the first with only `before` before it, which holds no own tokens. At least 1; all must fit the model's window. */
export async function scoreText(transformer: Transformer, tokens: Int32Array, before: readonly ContextPart[] = []): Promise<TextScore> {
  const { vocabSize } = transformer.config;
  const context = transformer.context(before, tokens.length);
  const score: TextScore = { argmaxes: new Int32Array(tokens.length), losses: new Float64Array(tokens.length - 1) };
  try {
    for (let from = 0; from < tokens.length; from += TOKENS_PER_CALL) {
      const part = tokens.subarray(from, from + TOKENS_PER_CALL);
      const [{ logits }] = await transformer.forward([{ context, tokens: part }], { logits: 'all' }) as [{ logits: Float32Array }];
      for (let i = 0; i < part.length; i++) {
        const row = logits.subarray(i * vocabSize, (i + 1) * vocabSize);
        const best = indexOfMax(row);
        score.argmaxes[from + i] = best;
        const next = tokens[from + i + 1];
        if (next !== undefined) score.losses[from + i] = row[best]! - row[next]! + Math.log(sumOfExp(row, row[best]!));
      }
    }
  } finally {
    context.dispose();
  }
  return score;
}

/** Two scores of the same texts: share of equal next tokens, and perplexity of the second over that of the first. */
export function compareScores(first: readonly TextScore[], second: readonly TextScore[]): { numTokens: number; agreement: number; perplexities: [number, number]; ratio: number } {
  let numTokens = 0;
  let equal = 0;
  for (const [text, { argmaxes }] of first.entries()) {
    numTokens += argmaxes.length;
    equal += argmaxes.filter((token, i) => token === second[text]!.argmaxes[i]).length;
  }
  const perplexities = [first, second].map((scores) => Math.exp(meanLoss(scores))) as [number, number];
  return { numTokens, agreement: equal / numTokens, perplexities, ratio: perplexities[1] / perplexities[0] };
}

function meanLoss(scores: readonly TextScore[]): number {
  let sum = 0;
  let count = 0;
  for (const { losses } of scores) {
    for (const loss of losses) sum += loss;
    count += losses.length;
  }
  return sum / count;
}

function indexOfMax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

function sumOfExp(row: Float32Array, max: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const below = row[i]! - max;
    if (below > NEGLIGIBLE) sum += Math.exp(below);
  }
  return sum;
}
