// The comparison, for people.
import { WHAT } from './measures.ts';
import { LLAMA_VERSION } from './install-llama.ts';
import type { Comparison, Peer } from './ratios.ts';
import type { EmbeddingRates } from './run-peers.ts';

export interface TableFacts {
  repeats: number;
  numThreads: number;
  /** Said of the Q4_0 copy: what it is, or why there is none. */
  requantized: string;
  /** Of one minute, before the first run. */
  loadAverage: number;
  embedding: EmbeddingRates;
}

/** Of a machine that does nothing else; a share of its cores. */
const QUIET_LOAD = 0.5;

export function peersTable(comparisons: readonly Comparison[], { repeats, numThreads, requantized, loadAverage, embedding }: TableFacts): string {
  return [
    `llama.cpp of node-llama-cpp ${LLAMA_VERSION}, its prebuilt binary: ${numThreads} threads, batches of 512, the better of flash attention on and off; Lectern: ${numThreads} threads`,
    `tokens/s, medians of ${repeats} (llama.cpp's n in brackets), in turn and one at a time; load average before: ${loadAverage.toFixed(2)}`,
    ...(loadAverage > QUIET_LOAD * numThreads ? ['The machine was not quiet: these ratios say little (the threads of llama.cpp wait for each other, and fall far behind when another program takes a core).'] : []),
    '',
    '| | Lectern | llama.cpp, the same file | llama.cpp, Q4_0 | against the same file | against the faster |',
    '|---|---|---|---|---|---|',
    ...comparisons.map(({ measure, lectern, catalog, q4_0, same, best }) =>
      `| ${measure}: ${WHAT[measure]} | ${show(lectern)} | ${showPeer(catalog)} | ${q4_0 === undefined ? '-' : showPeer(q4_0)} | ${same.toFixed(2)}x | ${best.toFixed(2)}x |`),
    '',
    requantized,
    ...Object.entries(embedding).map(([measure, rate]) => `${measure} is without the embedding route; with it: ${show(rate)} tokens/s.`),
    'read8192 stands against reading 8,152 tokens, read128k against reading 2,048: llama.cpp gets slower with length.',
    '',
  ].join('\n');
}

const show = (rate: number): string => rate.toFixed(rate < 100 ? 1 : 0);
const showPeer = ({ rate, flashAttention, n }: Peer): string => `${show(rate)} (${n}, flash attention ${flashAttention ? 'on' : 'off'})`;
