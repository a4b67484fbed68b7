// bench peers: all that is needed is fetched or made, then llama.cpp and Lectern run in turn.
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { loadFile, type ModelFile } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import type { CliConfig } from '../../config.ts';
import { homeAt } from '../../home.ts';
import { isRequantizable, requantizeFile } from '../requantize/requantize-file.ts';
import { bookText, modelFile, say } from '../subject.ts';
import { installLlama } from './install-llama.ts';
import type { Measure } from './measures.ts';
import { type Comparison, compare } from './ratios.ts';
import { runPeers } from './run-peers.ts';
import type { TableFacts } from './table.ts';

export interface PeersReport extends TableFacts { comparisons: Comparison[]; device: string }

export async function benchPeers(config: CliConfig, options: { model: string; measures: readonly Measure[]; repeats: number }, signal: AbortSignal): Promise<PeersReport> {
  const { measures, repeats } = options;
  const text = await bookText(config);
  const { argument, path, sha256 } = await modelFile(options.model, config, signal);
  const { file, tokenizer } = await loadFile(path);
  if (file.shards !== undefined) throw new ServiceError('MODEL_UNSUPPORTED', `llama.cpp reads GGUF files only, not ${path}`, { details: { path } });
  const { tools } = homeAt(config.homeRoot);
  const llamaFolder = await installLlama(tools, { offline: config.offline, say });
  const q4_0 = await requantized(file, sha256, tools);
  const numThreads = availableParallelism();
  const [loadAverage = 0] = loadavg();
  const { samples, device, embedding } = await runPeers({
    config, model: argument, tokenizer, text, paths: { catalog: path, q4_0 }, llamaFolder, numThreads, measures, repeats, say, signal,
  });
  return {
    comparisons: compare(samples), device, embedding, repeats, numThreads, loadAverage,
    requantized: q4_0 === undefined
      ? 'The file has no Q4_1 matrices, so there is no Q4_0 copy: against the faster is against the same file.'
      : `Q4_0: ${q4_0}, the file's Q4_1 matrices requantized by ggml's rule, all other tensors (${otherTypes(file)}) as they are.`,
  };
}

/** Made once for these weights. */
async function requantized(file: ModelFile, sha256: string, tools: string): Promise<string | undefined> {
  if (!isRequantizable(file)) return undefined;
  const folder = join(tools, 'requantized');
  const path = join(folder, `${sha256}.Q4_0.gguf`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  say(`requantizing ${file.path} to Q4_0: ${path}`);
  await requantizeFile(file, path);
  return path;
}

function otherTypes(file: ModelFile): string {
  const matrices = [...file.tensors.values()].filter(({ type, shape }) => type !== 'Q4_1' && shape.length > 1);
  const named = matrices.slice(0, 3).map(({ name, type }) => `${name} ${type}`);
  return ['norms', ...named, ...(matrices.length > 3 ? [`${matrices.length - 3} more matrices`] : [])].join(', ');
}
