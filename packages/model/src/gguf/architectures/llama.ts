// Llama and what is written in its form (SmolLM2, Mistral, TinyLlama): rows of Q and K are permuted to interleaved pairs.
import type { Architecture } from './architecture.ts';

export const llama: Architecture = {
  ropeStyle: 'interleaved',
  hasRopeFactors: true,
  neutral: [['attention.sliding_window', 0]],
  features: () => ({}),
};
