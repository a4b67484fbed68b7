// A model by name or path -> everything that reading and asking needs of it.
import { loadFile, loadTransformer, resolveModel, type EngineName, type ModelProgress } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import { resolveAttention } from '@lectern/sparse-attn';
import type { ReaderModel } from './contract.ts';

export interface LoadReaderModelOptions {
  /** Lectern's folder: model files lie below it. */
  home: string;
  /** Threads of one native call. */
  numThreads: number;
  /** Tried in this order; default: all, best first. */
  engines?: readonly EngineName[];
  /** Use what is on the disk, fetch nothing. */
  offline?: boolean;
  onProgress?: (progress: ModelProgress) => void;
  /** Hears of each engine that could not start, so that a slower one is never a surprise. */
  onUnavailable?: (engine: string, reason: string) => void;
}

export async function loadReaderModel(idOrPath: string, options: LoadReaderModelOptions): Promise<ReaderModel> {
  const { home, numThreads, engines, offline = false, onProgress, onUnavailable } = options;
  const { id, path, sha256, entry } = await resolveModel(idOrPath, { home, offline, onProgress });
  if (entry === undefined) {
    throw new ServiceError('MODEL_UNSUPPORTED', `${path} is not in the catalog, so its retrieval heads are not known and nothing can be found with it`, {
      details: { path, sha256 },
    });
  }
  const loaded = await loadFile(path);
  const file = { ...loaded.file, sha256 };
  return {
    id, file, entry, tokenizer: loaded.tokenizer, chat: loaded.chat, retrieval: entry.retrieval,
    transformer: await loadTransformer(file, { numThreads, ...(engines === undefined ? {} : { engines }) }, onUnavailable),
    attention: await resolveAttention(engines, onUnavailable),
  };
}
