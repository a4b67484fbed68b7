// Runs the given tokens, then one new token after the other until a stop token, the limit, or a caller who has enough.
import assert from 'node:assert';
import { createSampler } from './sampler.ts';
import type { GenerateOptions, GenerateResult } from '../contract.ts';

/** `step` appends the tokens and answers the logits of the last one. */
export function generateWith(step: (input: Int32Array) => Float32Array, options: GenerateOptions): GenerateResult {
  const { maxTokens, stopTokens, onToken } = options;
  assert(Number.isInteger(maxTokens) && maxTokens > 0, `maxTokens is ${maxTokens}`);
  const sampler = createSampler(options);
  const startMs = performance.now();
  let token = sampler.next(step(options.tokens));
  const firstMs = performance.now();
  const tokens: number[] = [];
  let finishReason: GenerateResult['finishReason'] | undefined;
  while (!finishReason) {
    if (stopTokens.includes(token)) {
      finishReason = 'stop';
    } else {
      tokens.push(token);
      if (onToken?.(token) === false) finishReason = 'cancelled';
      else if (tokens.length === maxTokens) finishReason = 'length';
      else token = sampler.next(step(Int32Array.of(token)));
    }
  }
  return {
    tokens: Int32Array.from(tokens), finishReason,
    prefillSeconds: (firstMs - startMs) / 1000, decodeSeconds: (performance.now() - firstMs) / 1000,
  };
}
