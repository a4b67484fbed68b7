// Runs the given tokens, then one new token after the other until a stop token, the limit, or a caller who has enough.
import assert from 'node:assert';
import type { ReferenceContext } from './context.ts';
import { forward, type Traffic } from './forward.ts';
import { createSampler } from './sampler.ts';
import type { Weights } from './weights.ts';
import type { GenerateOptions, GenerateResult, Want } from '../contract.ts';

export function generate(weights: Weights, context: ReferenceContext, options: GenerateOptions, traffic: Traffic): GenerateResult {
  const { maxTokens, stopTokens, onToken } = options;
  assert(Number.isInteger(maxTokens) && maxTokens > 0, `maxTokens is ${maxTokens}`);
  context.checkRoom(options.tokens.length + maxTokens - 1);
  const want: Want = { logits: 'last', ...(options.control ? { control: options.control } : {}) };
  const sampler = createSampler(options);
  const step = (input: Int32Array): number => sampler.next(forward(weights, context, input, want, traffic).logits!);

  const startMs = performance.now();
  let token = step(options.tokens);
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
      else token = step(Int32Array.of(token));
    }
  }
  return {
    tokens: Int32Array.from(tokens), finishReason,
    prefillSeconds: (firstMs - startMs) / 1000, decodeSeconds: (performance.now() - firstMs) / 1000,
  };
}
