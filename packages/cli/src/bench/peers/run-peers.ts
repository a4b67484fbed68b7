// The comparison's rounds: llama.cpp and Lectern in turn, one at a time, so that what else the machine does meets both alike.
import type { Tokenizer } from '@lectern/model';
import { NO_EMBEDDER } from '@lectern/reader';
import type { CliConfig } from '../../config.ts';
import { firstTokens, lastTokens } from '../book-text.ts';
import { type LlamaTask, type Prompt, type PromptRates, PROMPTS } from './llama-run.ts';
import { type Measure, MEASURES, PEER_FIGURE } from './measures.ts';
import { type Samples, settingsToRun, type Weights } from './ratios.ts';
import { readingRate } from './read-document.ts';
import { runChild } from './run-child.ts';
import { median } from '../statistics.ts';

export interface PeersOptions {
  config: CliConfig;
  /** What the service is given: the catalog's id or a path. */
  model: string;
  tokenizer: Tokenizer;
  text: string;
  /** The model's own file, and its Q4_0 copy where there is one. */
  paths: { catalog: string; q4_0: string | undefined };
  llamaFolder: string;
  numThreads: number;
  measures: readonly Measure[];
  repeats: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Medians of reading with the embedding route, tokens/s. */
export type EmbeddingRates = Partial<Record<Measure, number>>;
export interface PeersOutcome { samples: Samples; device: string; embedding: EmbeddingRates }

const READ_TOKENS: Partial<Record<Measure, number>> = { read8192: 8192, read128k: 131_072 };
const WARM_UP_TOKENS_PER_THREAD = 2048;

export async function runPeers(options: PeersOptions): Promise<PeersOutcome> {
  const { measures, repeats, say, signal } = options;
  const samples: Samples = { lectern: {}, llama: [] };
  const embedding: Partial<Record<Measure, number[]>> = {};
  let device = '';
  for (let round = 1; round <= repeats; round++) {
    for (const prompt of promptsOf(measures)) {
      const rates = await runPrompt(options, prompt, samples, round);
      if (rates.device !== undefined) device = rates.device;
    }
    for (const measure of MEASURES.filter((each) => measures.includes(each))) {
      const numTokens = READ_TOKENS[measure];
      if (numTokens === undefined) continue;
      signal.throwIfAborted();
      const rate = async (embedder: string): Promise<number> => {
        const tokensPerSecond = await readingRate(readTexts(options, numTokens), { ...options.config, embedder }, options.model, signal);
        say(`round ${round}: Lectern reads ${numTokens} tokens, embedder ${embedder}: ${tokensPerSecond.toFixed(0)} tokens/s`);
        return tokensPerSecond;
      };
      addTo(samples.lectern, measure, await rate(NO_EMBEDDER)); // llama.cpp embeds nothing
      if (options.config.embedder !== NO_EMBEDDER) addTo(embedding, measure, await rate(options.config.embedder));
    }
  }
  return { samples, device, embedding: Object.fromEntries(Object.entries(embedding).map(([measure, rates]) => [measure, median(rates)])) };
}

const promptsOf = (measures: readonly Measure[]): Prompt[] => [...new Set(measures.map((measure) => PEER_FIGURE[measure].prompt))].sort((a, b) => a - b);

/** llama.cpp on the model's file, Lectern on it, llama.cpp on the Q4_0 copy. */
async function runPrompt(options: PeersOptions, prompt: Prompt, samples: Samples, round: number): Promise<Pick<PromptRates, 'device'>> {
  const { paths, numThreads, measures, say, signal } = options;
  const { numTokens, numGenerated } = PROMPTS[prompt];
  const task = { numThreads, tokens: [...firstTokens(options.tokenizer, options.text, numTokens).ids], numGenerated };
  const llama = async (weights: Weights, modelPath: string | undefined): Promise<void> => {
    if (modelPath === undefined) return;
    for (const flashAttention of settingsToRun(samples.llama, weights, prompt, measures)) {
      const llamaTask: LlamaTask = { kind: 'llama', folder: options.llamaFolder, modelPath, flashAttention, ...task };
      const rates = await runChild(llamaTask, signal);
      say(`round ${round}: llama.cpp, ${weights}, flash attention ${flashAttention ? 'on' : 'off'}, ${numTokens} tokens: ${show(rates)}`);
      samples.llama.push({ weights, prompt, flashAttention, ...rates });
    }
  };
  await llama('catalog', paths.catalog);
  const own = await runChild({ kind: 'lectern', modelPath: paths.catalog, ...task }, signal);
  say(`round ${round}: Lectern, ${numTokens} tokens: ${show(own)}`);
  for (const measure of measures.filter((each) => READ_TOKENS[each] === undefined && PEER_FIGURE[each].prompt === prompt)) {
    addTo(samples.lectern, measure, own[PEER_FIGURE[measure].rate]!);
  }
  await llama('q4_0', paths.q4_0);
  return own;
}

function readTexts({ tokenizer, text, numThreads }: PeersOptions, numTokens: number): { measured: string; warmUp: string } {
  return { measured: firstTokens(tokenizer, text, numTokens).text, warmUp: lastTokens(tokenizer, text, WARM_UP_TOKENS_PER_THREAD * numThreads).text };
}

function addTo(rates: Partial<Record<Measure, number[]>>, measure: Measure, rate: number): void {
  rates[measure] = [...(rates[measure] ?? []), rate];
}

const show = ({ prefill, decode }: PromptRates): string => `${prefill.toFixed(0)} tokens/s${decode === undefined ? '' : `, generating ${decode.toFixed(1)}`}`;
