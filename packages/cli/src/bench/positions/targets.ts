// What is to be predicted: stretches of text after a point, the same at every length of the text before it.
import type { Tokenizer } from '@lectern/model';
import { UsageError } from '../../errors.ts';

/** Always before what is predicted, and what blocks are found for. */
export const RECENT_TOKENS = 64;
export const PREDICTED_TOKENS = 128;

export interface Target {
  /** Recent text and what follows it. */
  ids: Int32Array; // (RECENT_TOKENS + PREDICTED_TOKENS)
  recent: string;
  numPredicted: number;
}

export interface Targets {
  ids: Int32Array; // of the whole text
  starts: Uint32Array; // byte offset of each token
  targets: Target[];
}

/** Targets lie one behind the other after the first `numBefore` tokens. */
export function targetsOf(tokenizer: Tokenizer, text: string, numBefore: number, numTargets: number): Targets {
  const { ids, byteStarts } = tokenizer.encode(text);
  const size = RECENT_TOKENS + PREDICTED_TOKENS;
  const needed = numBefore + numTargets * size;
  if (ids.length < needed) throw new UsageError(`the text has ${ids.length} tokens, ${needed} are needed`);
  const targets = Array.from({ length: numTargets }, (_, i): Target => {
    const from = numBefore + i * size;
    return { ids: ids.slice(from, from + size), recent: tokenizer.decode(ids.subarray(from, from + RECENT_TOKENS)), numPredicted: PREDICTED_TOKENS };
  });
  return { ids, starts: byteStarts, targets };
}
