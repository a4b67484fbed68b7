// Puts a worker together and takes it apart again. Everything with a life of its own is started and ended here.
import { hostname } from 'node:os';
import { blobStoreSettings, cacheBlobs, connectRedis, createLogger, createStores, createWorkerMetrics, openBlobStore, openQueues, registerRedisMetrics, type BlobStore, type Logger, type WorkerMetrics } from '@lectern/shared';
import type { ModelProgress } from '@lectern/model';
import { Registry } from 'prom-client';
import { ActiveTasks } from './active-tasks.ts';
import { startBullWorkers } from './bull-workers.ts';
import { watchCancels } from './cancel-watch.ts';
import type { WorkerConfig } from './config.ts';
import { drain } from './drain.ts';
import { every } from './every.ts';
import { watchGivingWay } from './give-way.ts';
import { setGauges } from './gauges.ts';
import { announce } from './heartbeat.ts';
import { loadPools } from './load-model.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { WorkerParts } from './parts.ts';
import { reconcileOnce } from './reconcile-loop.ts';
import { Pace } from './tasks/hand-back.ts';
import { NewerReadings } from './tasks/newer-readings.ts';
import { ProgressReports } from './tasks/progress.ts';
import { segmentCacheSettings } from './segment-cache.ts';
import { version } from './version.ts';

export interface StartOptions {
  /** @default one that writes to stdout at LOG_LEVEL */
  log?: Logger;
  /** While the model is fetched; not called when it is cached. */
  onModelProgress?: (progress: ModelProgress) => void;
}

export interface RunningWorker {
  /** host:pid */
  id: string;
  metricsUrl?: string;
  /** Hands back or finishes what runs, within SHUTDOWN_TIMEOUT_MS; then everything is closed. */
  close(): Promise<void>;
}

export async function startWorker(config: WorkerConfig, options: StartOptions = {}): Promise<RunningWorker> {
  const id = `${hostname()}:${process.pid}`;
  const log = (options.log ?? createLogger({ service: 'worker', level: config.LOG_LEVEL })).child({ worker: id });
  const onRedisError = (error: Error) => log.warn({ err: error }, 'Redis connection');
  const closing: Array<() => Promise<unknown> | unknown> = []; // in the order of opening; undone backwards
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const registry = new Registry();
    const metrics = createWorkerMetrics(registry);
    let isUp = false;

    const blobs = await openBlobs(config, metrics);
    const redis = await connectRedis(config.REDIS_URL, { role: 'client', onError: onRedisError });
    closing.push(() => redis.disconnect());
    const bullRedis = await connectRedis(config.REDIS_URL, { role: 'worker', onError: onRedisError });
    closing.push(() => bullRedis.disconnect());
    const stores = createStores(redis);
    closing.push(() => stores.close());
    const queues = openQueues(redis, { onError: onRedisError });
    closing.push(() => queues.close());

    const { pools, model, ledger } = await loadPools(config, { log, metrics, onModelProgress: options.onModelProgress });
    closing.push(() => Promise.all([pools.read.close(config.SHUTDOWN_TIMEOUT_MS), pools.ask.close(config.SHUTDOWN_TIMEOUT_MS)]));
    const { readQueue, askQueue } = queues;
    const parts: WorkerParts = {
      id, config, log, metrics, redis, stores, blobs, pools, ledger, model, active: new ActiveTasks(), progress: new ProgressReports(), handBacks: new Pace(), newerReadings: new NewerReadings(),
      deps: { jobs: stores.jobs, readings: stores.readings, readQueue, askQueue },
    };

    metrics.buildInfo.set({ service: 'worker', version, node: process.version, engine: model.engine, model: model.id }, 1);
    registerRedisMetrics(registry, metrics, redis);
    const refresh = () => setGauges(metrics, { pools: [pools.read, pools.ask], ledger, memoryLimitBytes: config.MEMORY_LIMIT_BYTES, isUp: () => isUp });
    const server = config.METRICS_PORT === undefined ? undefined
      : await startMetricsServer(registry, { host: config.METRICS_HOST, port: config.METRICS_PORT }, { isUp: () => isUp, refresh });
    closing.push(() => server?.close());

    const startedAt = new Date().toISOString();
    const failing = (what: string) => (error: unknown) => log.warn({ err: error }, `${what} failed; it is tried again`);
    await announce(parts, startedAt);
    closing.push(() => stores.workers.withdraw(id).catch(failing('withdrawing')));
    for (const loop of [
      watchCancels({ active: parts.active, jobs: stores.jobs, readings: stores.readings, onError: failing('looking for cancels') }),
      watchGivingWay({ active: parts.active, jobs: stores.jobs, askQueue, onError: failing('looking for answers that wait') }),
      every(config.HEARTBEAT_MS, () => announce(parts, startedAt), failing('announcing')),
      every(config.RECONCILE_MS, () => reconcileOnce(parts), failing('reconciling')),
    ]) closing.push(() => loop.stop());
    const bullWorkers = startBullWorkers(parts, bullRedis);
    closing.push(() => drain(parts, bullWorkers));

    isUp = true;
    log.info({ model: model.id, engine: model.engine, device: model.device, embedder: 'id' in model.embedder ? model.embedder.id : undefined, readThreads: config.READ_THREADS, memoryBytes: ledger.limitBytes, metricsUrl: server?.url }, 'worker is up');
    let closed: Promise<void> | undefined;
    const close = () => {
      isUp = false;
      closed ??= closeAll().then(() => log.info('worker has stopped'));
      return closed;
    };
    return { id, close, ...(server ? { metricsUrl: server.url } : {}) };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** For the event loop, which reads no segment but deletes damaged ones: the copies go with them. */
async function openBlobs(config: WorkerConfig, metrics: WorkerMetrics): Promise<BlobStore> {
  const store = await openBlobStore(blobStoreSettings(config));
  const cache = segmentCacheSettings(config);
  return cache === undefined ? store : cacheBlobs(store, cache, (event, times) => metrics.segmentCache.inc({ event }, times));
}
