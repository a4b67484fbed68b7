// What is compared with llama.cpp, and which of its figures each stands against. Figures are tokens per second.
import type { LlamaRate, Prompt } from './llama-run.ts';

export const MEASURES = ['encode2048', 'read128k', 'read8192', 'decode512', 'decode8192'] as const;
export type Measure = (typeof MEASURES)[number];

/** llama.cpp's figure: the rate of a run with that prompt. */
export interface PeerFigure { prompt: Prompt; rate: LlamaRate }

export const PEER_FIGURE: Readonly<Record<Measure, PeerFigure>> = {
  encode2048: { prompt: 2048, rate: 'prefill' },
  read128k: { prompt: 2048, rate: 'prefill' },
  read8192: { prompt: 8192, rate: 'prefill' },
  decode512: { prompt: 512, rate: 'decode' },
  decode8192: { prompt: 8192, rate: 'decode' },
};

export const WHAT: Readonly<Record<Measure, string>> = {
  encode2048: 'encoding 2,048 tokens through every layer',
  read128k: 'reading a document of 131,072 tokens, file to sealed reading',
  read8192: 'reading a document of 8,192 tokens, file to sealed reading',
  decode512: 'generating after 512 tokens',
  decode8192: 'generating after 8,152 tokens',
};
