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
  const peers = SETTINGS.flatMap((flashAttention) => peerWith(samples, flashAttention, weights, prompt, rate) ?? []);
  return peers.toSorted((a, b) => b.rate - a.rate)[0];
}

/** Runs of minutes: there a setting that is clearly the worse is not repeated. */
const LONG_PROMPT = 8192;
const CLEARLY_WORSE = 0.8;

/** The settings of flash attention that a next round tries: those that are, or may be, the better at a figure that is asked. */
export function settingsToRun(samples: readonly LlamaSample[], weights: Weights, prompt: Prompt, measures: readonly Measure[]): boolean[] {
  if (prompt < LONG_PROMPT) return SETTINGS;
  const rates = new Set(measures.map((measure) => PEER_FIGURE[measure]).filter((figure) => figure.prompt === prompt).map(({ rate }) => rate));
  return SETTINGS.filter((flashAttention) => [...rates].some((rate) => {
    const own = peerWith(samples, flashAttention, weights, prompt, rate);
    const best = bestPeer(samples, weights, prompt, rate);
    return own === undefined || best === undefined || own.rate >= CLEARLY_WORSE * best.rate;
  }));
}

const SETTINGS = [true, false];

function peerWith(samples: readonly LlamaSample[], flashAttention: boolean, weights: Weights, prompt: Prompt, rate: LlamaRate): Peer | undefined {
  const rates = samples.filter((s) => s.weights === weights && s.prompt === prompt && s.flashAttention === flashAttention).flatMap((s) => s[rate] ?? []);
  return rates.length === 0 ? undefined : { rate: median(rates), flashAttention, n: rates.length };
}

export function ratiosJson(comparisons: readonly Comparison[]): { ratios: Partial<Record<Measure, { same: number; best: number }>> } {
  const round = (ratio: number): number => Number(ratio.toPrecision(4));
  return { ratios: Object.fromEntries(comparisons.map(({ measure, same, best }) => [measure, { same: round(same), best: round(best) }])) };
}
