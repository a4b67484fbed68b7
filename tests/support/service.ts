// A whole service as separate processes on a Redis and a blob folder of its own: one API, any number of workers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type LecternClient } from '@lectern/client';
import { connectRedis, createStores, openQueues, TERMINAL_JOB_STATES, type JobQueues, type JobRequest, type MediaType, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { TestProcess, until } from './processes.ts';
import { startRedis, type TestRedis } from './redis.ts';

const main = (service: 'api' | 'worker') => fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));

/** Short enough for tests to see what happens when a worker dies. */
export const LOCK_DURATION_MS = 2_000;
export const STALLED_INTERVAL_MS = 1_000;

const MEDIA_TYPES: Record<string, MediaType> = { txt: 'text/plain', md: 'text/markdown', html: 'text/html' };

export class TestWorker extends TestProcess {
  constructor(name: string, env: Record<string, string>, mainFile: string = main('worker')) {
    super(name, [mainFile], env);
  }

  /** host:pid */
  get idEnd(): string {
    return `:${this.pid}`;
  }

  async ready(): Promise<this> {
    await this.printed(/"msg":"worker is up"/);
    return this;
  }

  /** Value of a metric, summed over the series that hold all of these labels. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const [, url] = await this.printed(/"metricsUrl":"([^"]+)"/);
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}

export class TestService {
  readonly client: LecternClient;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly stores: Stores;
  readonly queues: JobQueues;
  readonly blobDir: string;
  readonly workers: TestWorker[] = [];
  readonly #ends: Array<() => Promise<unknown>>;

  constructor(parts: Pick<TestService, 'client' | 'redis' | 'redisUrl' | 'stores' | 'queues' | 'blobDir'>, ends: Array<() => Promise<unknown>>) {
    this.client = parts.client;
    this.redis = parts.redis;
    this.redisUrl = parts.redisUrl;
    this.stores = parts.stores;
    this.queues = parts.queues;
    this.blobDir = parts.blobDir;
    this.#ends = ends;
  }

  /** Not awaited until ready: several may start at once. */
  spawnWorker(env: Record<string, string> = {}, mainFile?: string): TestWorker {
    const worker = new TestWorker(`worker ${this.workers.length + 1}`, {
      REDIS_URL: this.redisUrl, BLOB_DIR: this.blobDir, METRICS_PORT: '0', READ_THREADS: '1', ASK_THREADS: '2',
      LOCK_DURATION_MS: String(LOCK_DURATION_MS), STALLED_INTERVAL_MS: String(STALLED_INTERVAL_MS), HEARTBEAT_MS: '500', RECONCILE_MS: '2000', ...env,
    }, mainFile);
    this.workers.push(worker);
    this.#ends.push(() => worker.kill('SIGKILL'));
    return worker;
  }

  startWorker(env: Record<string, string> = {}, mainFile?: string): Promise<TestWorker> {
    return this.spawnWorker(env, mainFile).ready();
  }

  /** Hands in a text; the job is not waited for. */
  async submit(text: string, request: Partial<JobRequest> & Pick<JobRequest, 'task'>, name = 'chronicle.txt') {
    const mediaType = MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)];
    const document = await this.client.documents.upload(text, { mediaType, name });
    const job = await this.client.jobs.create({ ...request, document: document.id });
    return { document, job };
  }

  /** The job once it has ended. */
  ended(jobId: string, timeoutMs = 120_000) {
    return until(`job ${jobId} ends`, async () => {
      const job = await this.client.jobs.get(jobId);
      return TERMINAL_JOB_STATES.includes(job.state) && job;
    }, timeoutMs);
  }

  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

export async function startService(env: Record<string, string> = {}, openRedis: () => Promise<TestRedis> = startRedis): Promise<TestService> {
  const ends: Array<() => Promise<unknown>> = [];
  try {
    const redisServer = await openRedis();
    ends.push(() => redisServer.stop());
    const blobDir = await mkdtemp(join(tmpdir(), 'lectern-blobs-'));
    ends.push(() => rm(blobDir, { recursive: true, force: true }));
    const redis = await connectRedis(redisServer.url, { role: 'client' });
    ends.push(async () => redis.disconnect());
    const stores = createStores(redis);
    ends.push(async () => stores.close());
    const queues = openQueues(redis);
    ends.push(() => queues.close());
    const api = new TestProcess('api', [main('api')], { REDIS_URL: redisServer.url, BLOB_DIR: blobDir, HOST: '127.0.0.1', PORT: '0', ...env });
    ends.push(() => api.kill('SIGTERM'));
    const [, url] = await api.printed(/"url":"(http[^"]+)"/);
    return new TestService({ client: createClient({ baseUrl: url }), redis, redisUrl: redisServer.url, stores, queues, blobDir }, ends);
  } catch (error) {
    for (const end of ends.reverse()) await end();
    throw error;
  }
}
