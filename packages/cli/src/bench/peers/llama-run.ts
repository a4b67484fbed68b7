// One run of llama.cpp or of Lectern's engine on a prompt: what a child process is told, and what it answers.

/** Prompts by what they are called; 8192: with what is generated it fits the trained window. */
export const PROMPTS = {
  512: { numTokens: 512, numGenerated: 32 },
  2048: { numTokens: 2048, numGenerated: 0 },
  8192: { numTokens: 8192 - 40, numGenerated: 32 },
} as const;
export type Prompt = keyof typeof PROMPTS;

const FEW_TOKENS = 64;
/**
 * Tokens of the prompt that both sides run once before they are timed: all of them where only reading is timed. A process's first long pass
 * waits for the system to clear its memory; no later one does.
 */
export const warmUpTokens = (numTokens: number, numGenerated: number): number => (numGenerated === 0 ? numTokens : Math.min(FEW_TOKENS, numTokens));

export type LlamaRate = 'prefill' | 'decode';

export interface PromptTask {
  modelPath: string;
  numThreads: number;
  tokens: number[];
  /** None: only the prompt is run. */
  numGenerated: number;
}

export interface LlamaTask extends PromptTask {
  kind: 'llama';
  /** Folder with node_modules/node-llama-cpp. */
  folder: string;
  flashAttention: boolean;
}

export interface LecternTask extends PromptTask { kind: 'lectern' }

/** Tokens per second; decode: of the second generated token and those after it. */
export interface PromptRates {
  prefill: number;
  decode?: number;
  /** Of Lectern: its engine and processor. */
  device?: string;
}
