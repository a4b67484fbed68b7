// Speed of the tokenizer on one core: a whole book, each run with a tokenizer that has seen nothing yet.
import { createTokenizer, type ModelFile } from '@lectern/model';
import { median } from './statistics.ts';

export interface TokenizerFigures {
  numBytes: number;
  numTokens: number;
  n: number;
  /** Medians. Building: vocabulary and merges of the file to a tokenizer. */
  megabytesPerSecond: number;
  tokensPerSecond: number;
  buildSeconds: number;
}

export function benchTokenizer(file: ModelFile, text: string, repeats: number): TokenizerFigures {
  const runs = Array.from({ length: repeats }, () => {
    const startedMs = performance.now();
    const tokenizer = createTokenizer(file);
    const builtMs = performance.now();
    const { ids } = tokenizer.encode(text);
    return { numTokens: ids.length, buildSeconds: (builtMs - startedMs) / 1000, seconds: (performance.now() - builtMs) / 1000 };
  });
  const seconds = median(runs.map((run) => run.seconds));
  const numBytes = Buffer.byteLength(text);
  const { numTokens } = runs[0]!;
  return {
    numBytes, numTokens, n: repeats,
    megabytesPerSecond: numBytes / 1e6 / seconds, tokensPerSecond: numTokens / seconds,
    buildSeconds: median(runs.map((run) => run.buildSeconds)),
  };
}

export const tokenizerText = (f: TokenizerFigures): string =>
  `${f.megabytesPerSecond.toFixed(2)} MB/s on one core (${(f.tokensPerSecond / 1e6).toFixed(2)} million tokens/s): ${f.numBytes} bytes, ${f.numTokens} tokens; `
  + `building the tokenizer ${f.buildSeconds.toFixed(2)} s; medians of ${f.n}\n`;
