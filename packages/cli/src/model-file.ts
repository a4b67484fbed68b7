// The model's file, fetched and looked at before a worker is started: with a progress bar, and with an error at once when it is wrong.
import { resolve } from 'node:path';
import { type ModelProgress, findModel, listCatalog, listEmbedders, openModelFile, resolveEmbedder, resolveModel } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import type { CliConfig } from './config.ts';
import { type Progress, createProgress } from './output/progress.ts';
import { bytes } from './output/text-result.ts';
import { sayUnless } from './say.ts';

export interface Model {
  /** Names the weights: jobs ask for it. */
  id: string;
  /** What a worker is given: the catalog's id, or an absolute path. */
  argument: string;
}

export async function ensureModel(idOrPath: string, config: CliConfig, options: { quiet: boolean; signal: AbortSignal }): Promise<Model> {
  const found = findModel(idOrPath, listCatalog(config.homeRoot));
  const argument = found.kind === 'entry' ? found.entry.id : resolve(found.path);
  const showProgress = createPhases(options.quiet);
  try {
    const resolved = await resolveModel(argument, {
      home: config.homeRoot, offline: config.offline, signal: options.signal, onProgress: showProgress.update,
    });
    if (found.kind === 'file') await openModelFile(resolved.path); // a hostile or broken file is refused here
    return { id: resolved.id, argument };
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    throw asModelError(error, argument);
  } finally {
    showProgress.stop();
  }
}

/** Where it is wanted. What hinders it is said and is no error: passages are found without it. */
export async function ensureEmbedder(config: CliConfig, options: { quiet: boolean; signal: AbortSignal }): Promise<void> {
  if (config.embedder === 'none') return;
  try {
    await fetchEmbedder(config.embedder, config, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code === 'MODEL_UNKNOWN') throw error;
    sayUnless(options.quiet)(`passages are found without the embedding route: ${error.message}`);
  }
}

export async function fetchEmbedder(id: string, config: CliConfig, options: { quiet: boolean; signal: AbortSignal }): Promise<void> {
  const showProgress = createPhases(options.quiet);
  try {
    await resolveEmbedder(id, { home: config.homeRoot, offline: config.offline, signal: options.signal, onProgress: showProgress.update });
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    throw error;
  } finally {
    showProgress.stop();
  }
}

export const isEmbedder = (id: string): boolean => listEmbedders().some((entry) => entry.id === id);

const asModelError = (error: unknown, argument: string): unknown =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'EACCES'
    ? new ServiceError('MODEL_UNKNOWN', `cannot read the model ${argument}: permission denied`, { cause: error }) : error;

/** One bar per phase: download, unpack, verify. */
function createPhases(quiet: boolean): { update(progress: ModelProgress): void; stop(): void } {
  let phase: ModelProgress['phase'] | undefined;
  let bar: Progress | undefined;
  return {
    update(progress) {
      if (progress.phase !== phase) {
        bar?.stop();
        phase = progress.phase;
        bar = createProgress({ label: `model: ${phase} ${progress.from}`, unit: '', format: bytes, quiet });
      }
      bar?.update(progress.numBytes, progress.totalBytes ?? progress.numBytes);
    },
    stop: () => bar?.stop(),
  };
}
