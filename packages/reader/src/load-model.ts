// A model by name or path -> everything that reading and asking needs of it, or that answering alone needs.
import { type CatalogEntry, type EngineName, loadFile, loadTransformer, type ModelProgress, type ResolvedModel, resolveModel, type TransformerConfig } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import { resolveAttention } from '@lectern/sparse-attn';
import type { LocalModel } from './answer-model/local.ts';
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
  const resolved = await resolve(idOrPath, options);
  const { path, sha256, entry } = resolved;
  if (entry === undefined) {
    throw new ServiceError('MODEL_UNSUPPORTED', `${path} is not in the catalog, so its retrieval heads are not known and nothing can be found with it; ` +
      `lectern calibrate ${path} finds them`, { details: { path, sha256 } });
  }
  const attention = await resolveAttention(options.engines, options.onUnavailable, options.numThreads);
  const loaded = await loadResolved(resolved, options);
  checkHeads(entry, loaded.transformer.config);
  return { ...loaded, entry, retrieval: entry.retrieval, attention };
}

/** A catalog of the user's own may say anything. */
function checkHeads({ id, retrieval }: CatalogEntry, { numLayers, numHeads }: TransformerConfig): void {
  const wrong = retrieval.heads.find(({ layer, head }) => layer >= numLayers || head >= numHeads);
  if (wrong === undefined) return;
  throw new ServiceError('CATALOG_INVALID', `the catalog names layer ${wrong.layer}, head ${wrong.head} of ${id}, which has ${numLayers} layers of ${numHeads} heads (both count from 0)`);
}

/** A model whose retrieval settings are still to be found: its own are empty. */
export async function loadUncalibrated(idOrPath: string, options: LoadReaderModelOptions): Promise<ReaderModel> {
  const attention = await resolveAttention(options.engines, options.onUnavailable, options.numThreads);
  return { ...(await loadResolved(await resolve(idOrPath, options), options)), attention, retrieval: { heads: [], queryPosition: 0, floor: 1 } };
}

export interface LoadAnswerModelOptions extends LoadReaderModelOptions {
  /** Weights of more bytes than these are refused before they are loaded. */
  maxBytes?: number | undefined;
  /** Asked once the id is known; nothing is loaded when it is not. */
  isWanted?: ((id: string) => boolean) | undefined;
}

/** A model that only answers: any file will do. */
export async function loadAnswerModel(idOrPath: string, options: LoadAnswerModelOptions): Promise<LocalModel | undefined> {
  const resolved = await resolve(idOrPath, options);
  return options.isWanted?.(resolved.id) === false ? undefined : loadResolved(resolved, options, options.maxBytes);
}

const resolve = (idOrPath: string, { home, offline = false, onProgress }: LoadReaderModelOptions): Promise<ResolvedModel> =>
  resolveModel(idOrPath, { home, offline, onProgress });

async function loadResolved({ id, path, sha256, entry }: ResolvedModel, options: LoadReaderModelOptions, maxBytes = Infinity): Promise<LocalModel> {
  const { numThreads, engines, onUnavailable } = options;
  const loaded = await loadFile(path);
  const file = { ...loaded.file, sha256 };
  if (file.numBytes > maxBytes) {
    throw new ServiceError('DOES_NOT_FIT', `the weights of ${path} take ${file.numBytes} bytes, ${maxBytes} are left`, { details: { neededBytes: file.numBytes, limitBytes: maxBytes } });
  }
  const transformer = await loadTransformer(file, { numThreads, ...(engines === undefined ? {} : { engines }) }, onUnavailable);
  return { id, file, tokenizer: loaded.tokenizer, chat: loaded.chat, transformer, ...(entry === undefined ? {} : { entry }) };
}
