// The worker's pools with their model loaded: one thread fetches and loads first, then the others share its weights.
import { strict as assert } from 'node:assert';
import type { ModelProgress } from '@lectern/model';
import { isReaderUrl } from '@lectern/reader';
import { blobStoreSettings, residentAnonymousBytes, ServiceError, type Logger, type WorkerMetrics } from '@lectern/shared';
import type { WorkerConfig } from './config.ts';
import { countCosts } from './gauges.ts';
import { Ledger } from './ledger.ts';
import { ComputePool, type PoolName } from './threads/pool.ts';
import { segmentCacheSettings } from './segment-cache.ts';
import { newControl, type ModelFacts, type ReaderSettings, type ThreadSettings } from './threads/protocol.ts';

export interface LoadHooks {
  log: Logger;
  metrics: WorkerMetrics;
  /** While the model is fetched; not called when it is cached. */
  onModelProgress?: ((progress: ModelProgress) => void) | undefined;
}

export interface LoadedPools {
  pools: { read: ComputePool; ask: ComputePool };
  model: ModelFacts;
  /** What is left of the memory limit once all is loaded. */
  ledger: Ledger;
}

export async function loadPools(config: WorkerConfig, { log, metrics, onModelProgress }: LoadHooks): Promise<LoadedPools> {
  const open = (name: PoolName, numThreads: number, settings: Pick<ThreadSettings, 'numThreads' | 'offline' | 'reader'>) => new ComputePool({
    name, numThreads, heapMb: config.THREAD_HEAP_MB,
    settings: { blobs: blobStoreSettings(config), segmentCache: segmentCacheSettings(config), model: config.MODEL, embedder: config.EMBEDDER, home: config.LECTERN_HOME, engines: config.ENGINES, ...settings },
    onCosts: (_, costs) => countCosts(metrics, costs),
    onCrash: (reason) => {
      metrics.threadRestarts.inc({ reason });
      log.error({ pool: name, reason }, 'a compute thread ended by itself; another is started');
    },
  });
  const ask = open('ask', 1, { numThreads: config.ASK_THREADS, offline: config.OFFLINE, reader: readerSettings(config) });
  const read = open('read', config.READ_THREADS, { numThreads: 1, offline: true }); // its threads start meanwhile
  try {
    const { value: model } = await ask.run({ kind: 'describe' }, {
      control: newControl(),
      onMessage: (message) => {
        if (message.type === 'model') onModelProgress?.(message.progress);
        if (message.type === 'unavailable') log.warn({ engine: message.engine, reason: message.reason }, 'an engine cannot start; the next one is tried');
      },
    });
    if ('absent' in model.embedder) log.warn({ embedder: config.EMBEDDER, reason: model.embedder.absent }, 'there is no embedder; passages are found without the embedding route');
    await read.warmUp(newControl());
    return { pools: { read, ask }, model, ledger: await ledgerOf(config) };
  } catch (error) {
    await Promise.all([ask.close(0), read.close(0)]);
    throw error;
  }
}

/** The key goes to the thread that answers, and nowhere else. */
function readerSettings(config: WorkerConfig): ReaderSettings | undefined {
  const { READER, READER_MODEL, READER_KEY: key, READER_WINDOW: contextLength } = config;
  if (READER === undefined || READER === config.MODEL) return undefined;
  if (!isReaderUrl(READER)) return { kind: 'local', model: READER, maxBytes: config.MEMORY_LIMIT_BYTES };
  assert(READER_MODEL !== undefined, 'the settings name the model of a URL');
  return { kind: 'remote', url: READER, model: READER_MODEL, key, contextLength };
}

async function ledgerOf({ MEMORY_LIMIT_BYTES: limitBytes }: WorkerConfig): Promise<Ledger> {
  const usedBytes = (await residentAnonymousBytes()) ?? process.memoryUsage.rss();
  if (usedBytes > limitBytes) {
    throw new ServiceError('DOES_NOT_FIT', `the loaded model and its threads take ${usedBytes} bytes, this worker may use ${limitBytes}`, {
      details: { neededBytes: usedBytes, limitBytes },
    });
  }
  return new Ledger(limitBytes - usedBytes);
}
