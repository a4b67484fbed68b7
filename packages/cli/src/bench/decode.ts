// Generation, one sequence: tokens/s after prompts of several lengths, and how much of the memory's speed that takes.
import { createTokenizer, loadFile, loadTransformer } from '@lectern/model';
import { median } from './statistics.ts';

export interface DecodeFigures {
  promptTokens: number;
  n: number;
  /** Medians. */
  tokensPerSecond: number;
  megabytesPerToken: number;
  gigabytesPerSecond: number;
}

const NUM_TOKENS = 33; // the first comes with the prompt

export async function benchDecode(path: string, text: string, prompts: readonly number[], numThreads: number, repeats: number): Promise<{ device: string; figures: DecodeFigures[] }> {
  const { file } = await loadFile(path);
  const { ids } = createTokenizer(file).encode(text);
  const transformer = await loadTransformer(file, { numThreads, engines: ['native'] });
  try {
    const figures: DecodeFigures[] = [];
    for (const promptTokens of prompts) {
      const context = transformer.context([], promptTokens + repeats * NUM_TOKENS);
      await transformer.forward([{ context, tokens: ids.subarray(0, promptTokens) }], {});
      const runs: Array<{ rate: number; bytes: number }> = [];
      for (let i = 0; i < repeats; i++) {
        const at = context.numTokens;
        // One step is run with the prompt's last token, before the clock of decodeSeconds starts: its bytes count as one of NUM_TOKENS steps.
        const before = transformer.traffic();
        const { tokens, decodeSeconds } = await transformer.generate(context, { tokens: ids.subarray(at, at + 1), maxTokens: NUM_TOKENS, stopTokens: [] });
        const after = transformer.traffic();
        const bytes = (after.weightBytes + after.keyValueBytes - before.weightBytes - before.keyValueBytes) / tokens.length;
        runs.push({ rate: (tokens.length - 1) / decodeSeconds, bytes });
      }
      const tokensPerSecond = median(runs.map(({ rate }) => rate));
      const bytes = median(runs.map((run) => run.bytes));
      figures.push({ promptTokens, n: repeats, tokensPerSecond, megabytesPerToken: bytes / 1e6, gigabytesPerSecond: bytes * tokensPerSecond / 1e9 });
      context.dispose();
    }
    return { device: `native ${transformer.device}`, figures };
  } finally {
    transformer.dispose();
  }
}

export function decodeTable(figures: readonly DecodeFigures[], readGbPerSecond: number): string {
  return [
    `memory, read by all threads: ${readGbPerSecond} GB/s; medians of ${figures[0]?.n ?? 0}`,
    '',
    '| prompt, tokens | tokens/s | MB per token | GB/s | of memory |',
    '|---|---|---|---|---|',
    ...figures.map((f) => `| ${f.promptTokens} | ${f.tokensPerSecond.toFixed(1)} | ${f.megabytesPerToken.toFixed(1)} | ${f.gigabytesPerSecond.toFixed(1)} | ${(100 * f.gigabytesPerSecond / readGbPerSecond).toFixed(0)} % |`),
    '',
  ].join('\n');
}
