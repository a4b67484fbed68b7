// A whole service on this machine: Redis (private unless REDIS_URL names one), the API in this process, and one worker per index model and reader.
import { rmSync, writeFileSync } from 'node:fs';
import { type RunningApi, startApi } from '@lectern/api';
import { ServiceError, connectRedis, createLogger, createStores, type LogLevel } from '@lectern/shared';
import { createHome, type Home } from '../home.ts';
import { type PrivateRedis, startPrivateRedis } from './private-redis.ts';
import { cancelAbandoned } from './abandoned-jobs.ts';
import type { WorkerSpec } from './worker-spec.ts';
import { createWorkers } from './workers.ts';

const REDIS_STOP_GRACE_MS = 10_000;

export interface ServiceOptions {
  home: Home;
  /** An existing Redis; undefined starts the private one from `redisBinary`. */
  redisUrl: string | undefined;
  redisBinary: string | undefined;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** As in the API's settings; '' lets everyone in who reaches the address. */
  apiKeys: string;
  logLevel: LogLevel;
  env: Record<string, string | undefined>;
  /** A worker for it is started at once; nobody waits for it here. */
  first?: WorkerSpec | undefined;
  /** Jobs that are left from commands which were killed are cancelled first: nobody waits for them any more. */
  cancelsAbandoned: boolean;
  /** Something that it cannot live without has ended. */
  onBroken(error: ServiceError): void;
}

export interface Service {
  url: string;
  redisUrl: string;
  /** Resolves when a worker has these models loaded. */
  ensureWorker(spec: WorkerSpec): Promise<void>;
  /** Ends the workers, the API and Redis, in this order. */
  stop(): Promise<void>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { home } = options;
  createHome(home);
  const ends: Array<() => Promise<void>> = []; // undone in reverse order
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const redisUrl = options.redisUrl ?? await startRedis(options, ends);
    const redis = await connectRedis(redisUrl, { role: 'client' });
    ends.push(async () => redis.disconnect());
    if (options.cancelsAbandoned) await cancelAbandoned(redis);
    const workers = createWorkers({ home, env: options.env, redisUrl, workers: createStores(redis).workers, onGivenUp: options.onBroken });
    ends.push(() => workers.stop());
    if (options.first !== undefined) workers.start(options.first); // loads while the API starts

    const api: RunningApi = await startApi({
      ...options.env, REDIS_URL: redisUrl, BLOB_DIR: home.blobs, HOST: options.host, PORT: String(options.port), API_KEYS: options.apiKeys,
    }, { log: createLogger({ service: 'api', level: options.logLevel, fd: 2 }) }); // stdout is the command's
    ends.splice(-1, 0, () => api.close()); // after the workers
    writeFileSync(home.serviceFile, `${JSON.stringify({ url: api.url, pid: process.pid, redisUrl })}\n`, { mode: 0o600 });
    ends.push(async () => rmSync(home.serviceFile, { force: true }));
    return { url: api.url, redisUrl, stop, ensureWorker: (spec) => workers.ready(spec) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRedis(options: ServiceOptions, ends: Array<() => Promise<void>>): Promise<string> {
  if (!options.redisBinary) throw new ServiceError('REDIS_UNAVAILABLE', 'there is no redis-server to start, and REDIS_URL is not set');
  const redis: PrivateRedis = await startPrivateRedis(options.home, options.redisBinary, options.env);
  let isStopping = false;
  redis.child.exited.then((how) => {
    if (!isStopping) options.onBroken(new ServiceError('REDIS_UNAVAILABLE', `the private Redis ended (${how}); see ${options.home.redis}/redis.log`));
  });
  ends.push(async () => {
    isStopping = true;
    await redis.child.stop(REDIS_STOP_GRACE_MS);
  });
  return redis.url;
}
