// What the modes measure on: the demo's book, and a model's file, fetched when it is not there.
import { readFileSync } from 'node:fs';
import { type ResolvedModel, resolveModel } from '@lectern/model';
import type { CliConfig } from '../config.ts';
import { fetchBook } from '../demo/book.ts';
import { homeAt } from '../home.ts';
import { ensureModel } from '../model-file.ts';

/** Progress goes to stderr: what a mode found is all that is on stdout. */
export const say = (line: string): void => { process.stderr.write(`${line}\n`); };

export const bookText = async (config: CliConfig): Promise<string> => readFileSync(await fetchBook(homeAt(config.homeRoot).demo, say), 'utf8');

/** `argument`: the catalog's id, or an absolute path. */
export async function modelFile(idOrPath: string, config: CliConfig, signal: AbortSignal): Promise<ResolvedModel & { argument: string }> {
  const { argument } = await ensureModel(idOrPath, config, { quiet: false, signal });
  return { argument, ...(await resolveModel(argument, { home: config.homeRoot, offline: true })) };
}
