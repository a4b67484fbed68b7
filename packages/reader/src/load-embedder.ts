// The embedder of the embedding route, or why there is none: reading and finding go on without it, and say so.
import { openEmbedder, resolveEmbedder } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import type { EmbedderChoice, ReaderModel } from './contract.ts';
import type { LoadReaderModelOptions } from './load-model.ts';

/** What settings say to switch the route off. */
export const NO_EMBEDDER = 'none';

/**
 * By its id in the catalog, or NO_EMBEDDER. It runs on the engine that runs the index model: a slower one would take longer than the reading.
 * An unknown id is an error; what the network, the disk or the engine does not give is the reason why there is none.
 */
export async function loadEmbedder(id: string, { transformer }: Pick<ReaderModel, 'transformer'>, options: Omit<LoadReaderModelOptions, 'engines' | 'onUnavailable'>): Promise<EmbedderChoice> {
  if (id === NO_EMBEDDER) return { embedderAbsent: 'it is switched off' };
  const { home, offline = false, numThreads, onProgress } = options;
  try {
    const { path, sha256 } = await resolveEmbedder(id, { home, offline, onProgress });
    return { embedder: { id, sha256, embedder: await openEmbedder(path, { numThreads, engines: [transformer.engine] }) } };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code === 'MODEL_UNKNOWN') throw error;
    return { embedderAbsent: error.message };
  }
}
