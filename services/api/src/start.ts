// Puts the API together and takes it apart again. Everything with a life of its own is started and ended here.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { blobStoreSettings, connectRedis, countBlobOperation, createApiMetrics, createLogger, createStores, type Logger, meterBlobStore, openBlobStore, openQueues, registerQueueMetrics, registerRedisMetrics, ServiceError } from '@lectern/shared';
import { Registry } from 'prom-client';
import { createApi } from './app.ts';
import { type ApiConfig, apiConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { removeAbandonedUploads } from './documents/receive.ts';
import { workWaiting } from './service/work-waiting.ts';
import { version } from './version.ts';

export interface RunningApi {
  url: string;
  /** Ends event streams and long polls, lets requests finish within SHUTDOWN_TIMEOUT_MS, then closes everything. */
  close(): Promise<void>;
}

/** Settings as in .env.example, from the process environment when not given. */
export async function startApi(env?: Record<string, string | undefined>, options: { log?: Logger } = {}): Promise<RunningApi> {
  const config = apiConfig(env);
  const log = options.log ?? createLogger({ service: 'api', level: config.LOG_LEVEL });
  const closing: Array<() => Promise<unknown> | unknown> = []; // in the order of opening; undone backwards
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const deps = await openDeps(config, log, closing);
    const removed = await removeAbandonedUploads(deps.blobs);
    if (removed > 0) log.info({ removed }, 'removed uploads that were never finished');
    const server = await listen(config, deps);
    closing.push(() => endServer(server, deps.drain, config.SHUTDOWN_TIMEOUT_MS));
    const url = urlOf(server, config.HOST);
    log.info({ url, version, hasKeys: config.API_KEYS.length > 0 }, 'the API takes requests');
    return { url, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openDeps(config: ApiConfig, log: Logger, closing: Array<() => Promise<unknown> | unknown>): Promise<ApiDeps> {
  const onRedisError = (error: Error) => log.warn({ err: error }, 'Redis connection');
  const redis = await connectRedis(config.REDIS_URL, { role: 'client', onError: onRedisError });
  closing.push(() => redis.disconnect());
  const stores = createStores(redis, { jobTtlMs: config.JOB_TTL_S * 1000, idempotencyTtlMs: config.IDEMPOTENCY_TTL_S * 1000, maxOpenJobs: config.MAX_QUEUED_JOBS });
  closing.push(() => stores.close());
  const queues = openQueues(redis, { onError: onRedisError });
  closing.push(() => queues.close());

  const registry = new Registry();
  const metrics = createApiMetrics(registry);
  metrics.buildInfo.set({ service: 'api', version, node: process.version, engine: '', model: '' }, 1);
  registerRedisMetrics(registry, metrics, redis);
  registerQueueMetrics(registry, metrics.samplerFailures, {
    queues: [queues.readQueue, queues.askQueue],
    tokensWaiting: async () => (await workWaiting(stores.readings)).tokensWaiting,
    workersAnnounced: async () => (await stores.workers.list()).length,
  });
  const blobs = meterBlobStore(await openBlobStore(blobStoreSettings(config)), (operation) => countBlobOperation(metrics, operation));
  return { ...stores, ...queues, config, redis, log, registry, metrics, blobs, drain: new AbortController() };
}

async function listen(config: ApiConfig, deps: ApiDeps): Promise<Server> {
  const server = createServer({ requestTimeout: 3_600_000, headersTimeout: 30_000, keepAliveTimeout: 30_000 }, createApi(deps)); // an hour: big documents over slow lines
  server.listen(config.PORT, config.HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ServiceError('VALIDATION', `cannot listen on ${config.HOST}:${config.PORT}: ${(error as Error).message}`, { cause: error });
  }
  return server;
}

async function endServer(server: Server, drain: AbortController, timeoutMs: number): Promise<void> {
  drain.abort(); // streams and long polls end, new work is refused
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  const idle = setInterval(() => server.closeIdleConnections(), 100); // those that became idle since
  await closed;
  clearTimeout(timer);
  clearInterval(idle);
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
