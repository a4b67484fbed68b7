// Qwen 2 and 2.5: biases on Q, K and V. Qwen 3: norms of each query and key head instead.
import type { Architecture } from './architecture.ts';

export const qwen2: Architecture = {
  ropeStyle: 'halves',
  neutral: [['attention.sliding_window', 0]],
  features: () => ({ qkvBias: true }),
};

export const qwen3: Architecture = {
  ropeStyle: 'halves',
  neutral: [['attention.sliding_window', 0]],
  features: () => ({ qkNorm: true }),
};
