// Measured rates -> medians and ratios. Pure.
import { median } from '../statistics.ts';
import { type Measure, MEASURES, PEER_FIGURE } from './measures.ts';
import type { LlamaRate, Prompt } from './llama-run.ts';

/** catalog: the model's own file; q4_0: the same weights in llama.cpp's fastest format. */
export type Weights = 'catalog' | 'q4_0';

export interface LlamaSample { weights: Weights; prompt: Prompt; flashAttention: boolean; prefill: number; decode?: number }

export interface Samples {
  /** Tokens per second, one for each round. */
  lectern: Partial<Record<Measure, number[]>>;
  llama: LlamaSample[];
}

export interface Comparison {
  measure: Measure;
  lectern: number;
  catalog: Peer;
  /** Absent where the file has nothing to requantize. */
  q4_0?: Peer;
  /** Against the catalog's file. */
  same: number;
  /** Against the faster of llama.cpp's two. */
  best: number;
}

/** Median rate with the better setting of flash attention, of so many runs. */
export interface Peer { rate: number; flashAttention: boolean; n: number }

export function compare({ lectern, llama }: Samples): Comparison[] {
  return MEASURES.flatMap((measure) => {
    const own = lectern[measure];
    const { prompt, rate } = PEER_FIGURE[measure];
    const catalog = bestPeer(llama, 'catalog', prompt, rate);
    if (own === undefined || catalog === undefined) return [];
    const q4_0 = bestPeer(llama, 'q4_0', prompt, rate);
    const figure = median(own);
    return [{
      measure, lectern: figure, catalog, ...(q4_0 === undefined ? {} : { q4_0 }),
      same: figure / catalog.rate, best: figure / Math.max(catalog.rate, q4_0?.rate ?? 0),
    }];
  });
}

export function bestPeer(samples: readonly LlamaSample[], weights: Weights, prompt: Prompt, rate: LlamaRate): Peer | undefined {
  const peers = [true, false].flatMap((flashAttention): Peer[] => {
    const rates = samples.filter((s) => s.weights === weights && s.prompt === prompt && s.flashAttention === flashAttention)
      .flatMap((s) => s[rate] ?? []);
    return rates.length === 0 ? [] : [{ rate: median(rates), flashAttention, n: rates.length }];
  });
  return peers.toSorted((a, b) => b.rate - a.rate)[0];
}

export function ratiosJson(comparisons: readonly Comparison[]): { ratios: Partial<Record<Measure, { same: number; best: number }>> } {
  const round = (ratio: number): number => Number(ratio.toPrecision(4));
  return { ratios: Object.fromEntries(comparisons.map(({ measure, same, best }) => [measure, { same: round(same), best: round(best) }])) };
}
