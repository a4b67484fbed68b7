// Four hosts that share no disk, each a network namespace: Redis, an S3 server and the API on one, a worker on each of the others. They read
// one document together; then one of them is cut off in the middle of the next, and it is read all the same.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type LecternClient } from '@lectern/client';
import { connectRedis, createStores, TERMINAL_JOB_STATES, type JobView, type Stores } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import { TestProcess, until } from '../support/processes.ts';
import { S3_KEY, s3ServerBinary, startS3Server } from '../support/s3-server.ts';
import { codePoints, makeText } from '../support/text.ts';
import { canMakeNetwork, type Host, makeNetwork, type Network } from './network.ts';

const FACT = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';
/** Two at a time on two cores, and whatever else runs there. */
const READ_TIMEOUT_MS = 240_000;
/** What one of these workers may have allocated: the model's weights are mapped, not counted. */
const MAX_WORKER_BYTES = 1.5 * 2 ** 30;

const main = (service: 'api' | 'worker') => fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));
const forward = fileURLToPath(new URL('../support/forward.mjs', import.meta.url));

const canRun = canMakeNetwork();
if (!canRun) console.warn('!!! many hosts are not tested: network namespaces need root and iproute2');

interface RemoteWorker {
  host: Host;
  process: TestProcess;
  home: string;
  numEncoded(): number;
}

describe.skipIf(!canRun && !process.env['CI'])('many hosts', () => {
  const ends: Array<() => unknown> = [];
  const workers: RemoteWorker[] = [];
  let client: LecternClient;
  let stores: Stores;
  let root: string;

  beforeAll(async () => {
    const binary = s3ServerBinary();
    if (binary === undefined) throw new Error('this test needs an S3 server');
    root = mkdtempSync(join(tmpdir(), 'lectern-hosts-'));
    ends.push(() => rmSync(root, { recursive: true, force: true }));
    const network: Network = makeNetwork(['hub', 'one', 'two', 'three']);
    ends.push(() => network.remove());
    const [hub, ...others] = network.hosts as [Host, ...Host[]];

    const redisSocket = join(root, 'redis.sock');
    const redis = await startRedisAt(hub, redisSocket);
    ends.push(() => redis());
    const connection = await connectRedis(`unix://${redisSocket}`, { role: 'client' });
    stores = createStores(connection);
    ends.push(() => connection.disconnect(), () => stores.close());
    const s3 = await startS3Server(binary, { address: `${hub.address}:7070`, command: hub.command });
    ends.push(() => s3.stop());
    const env = {
      REDIS_URL: `redis://${hub.address}:6379`, BLOB_STORE: 's3', S3_ENDPOINT: s3.endpoint, S3_BUCKET: s3.bucket, S3_TIMEOUT_MS: '2000',
      S3_ACCESS_KEY_ID: S3_KEY.accessKeyId, S3_SECRET_ACCESS_KEY: S3_KEY.secretAccessKey,
    };
    const api = new TestProcess('api', [main('api')], { ...env, HOST: '127.0.0.1', PORT: '8080', LECTERN_HOME: join(root, 'api'), BLOB_DIR: join(root, 'api', 'blobs') }, hub.command);
    ends.push(() => api.kill());
    await api.printed(/the API takes requests/);
    client = createClient({ baseUrl: await wayTo(hub, '127.0.0.1', 8080) });

    for (const host of others) {
      const home = makeHome();
      ends.push(() => home.remove());
      const process = new TestProcess(host.name, [main('worker')], {
        ...env, LECTERN_HOME: home.folder, BLOB_DIR: join(home.folder, 'blobs'), TMPDIR: home.folder, READ_THREADS: '1', ASK_THREADS: '1', ENCODE_TASK_CHUNKS: '1',
        LOCK_DURATION_MS: '3000', STALLED_INTERVAL_MS: '1000', HEARTBEAT_MS: '500', RECONCILE_MS: '2000', LOG_LEVEL: 'debug', METRICS_PORT: '0',
      }, host.command);
      ends.push(() => process.kill());
      const numEncoded = () => [...process.output.matchAll(/"chunksEncoded":(\d+).*"msg":"encoded"/g)].reduce((sum, match) => sum + Number(match[1]), 0);
      workers.push({ host, process, home: home.folder, numEncoded });
    }
    await Promise.all(workers.map((worker) => worker.process.printed(/"msg":"worker is up"/, 120_000)));
  });

  afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** The API as an address of the test's own loopback: through a unix socket, the only way into the hub. */
  async function wayTo(hub: Host, host: string, port: number): Promise<string> {
    const socket = join(root, 'api.sock');
    const inside = new TestProcess('forwarder', [forward, socket, host, String(port)], {}, hub.command);
    ends.push(() => inside.kill());
    await inside.printed(/forwarding/);
    const outside = createServer((client) => {
      const server = connect(socket);
      client.pipe(server).pipe(client);
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
    }).listen(0, '127.0.0.1');
    ends.push(() => outside.close());
    await once(outside, 'listening');
    return `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  }

  const begin = async (text: string): Promise<JobView> => {
    const document = await client.documents.upload(text, { mediaType: 'text/plain', name: 'chronicle.txt' });
    return client.jobs.create({ document: document.id, task: 'answer', question: QUESTION });
  };
  const ended = (id: string) => until(`job ${id} ends`, async () => {
    const job = await client.jobs.get(id);
    return TERMINAL_JOB_STATES.includes(job.state) && job;
  }, READ_TIMEOUT_MS);

  it('three workers that share no disk read one document and answer from it', async () => {
    const text = makeText({ numWords: 6_000, planted: [FACT] });
    const job = await ended((await begin(text)).id);
    expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'completed' });
    const { citations, figures } = await client.jobs.result(job.id);
    expect(citations.map((citation) => citation.text).join(' ')).toContain('Magnus Thorne');
    for (const citation of citations) expect(citation.text).toBe(codePoints(text, citation.startChar, citation.endChar));
    for (const worker of workers) expect(worker.numEncoded(), worker.host.name).toBeGreaterThan(0);
    expect(workers.reduce((sum, worker) => sum + worker.numEncoded(), 0)).toBe(figures.chunksEncoded);
    for (const worker of workers) expect(readdirSync(worker.home)).not.toContain('blobs');
    expect(workers.some((worker) => readdirSync(worker.home).includes('cache'))).toBe(true);
  });

  it('one is cut off in the middle: the others finish; its wire back in, it works again', async () => {
    const text = makeText({ numWords: 6_000, seed: 7, planted: [FACT] });
    const [lost] = workers as [RemoteWorker, ...RemoteWorker[]];
    const before = lost.numEncoded();
    const { id } = await begin(text);
    await until('the worker has encoded a chunk', async () => lost.numEncoded() > before, READ_TIMEOUT_MS, 10);
    lost.host.setWire(false);
    expect((await client.jobs.get(id)).state).toBe('reading');
    const job = await ended(id);
    expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'completed' });
    const { citations } = await client.jobs.result(id);
    expect(citations.map((citation) => citation.text).join(' ')).toContain('Magnus Thorne');
    expect(lost.process.hasEnded).toBe(false);

    lost.host.setWire(true);
    await until('the worker announces itself', async () => (await stores.workers.list()).some((worker) => worker.id.endsWith(`:${lost.process.pid}`)), 120_000, 200);
    const sofar = lost.numEncoded();
    for (let seed = 8; lost.numEncoded() === sofar && seed < 12; seed++) { // its queue connection may take longer than a reading to notice
      const again = await begin(makeText({ numWords: 6_000, seed, planted: [FACT] }));
      expect(await ended(again.id)).toMatchObject({ state: 'completed' });
    }
    expect(lost.numEncoded()).toBeGreaterThan(sofar);
  });

  it('no worker took more memory than it may, and all end when told to', async () => {
    for (const { process } of workers) {
      const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
      const [, peak] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
      const [, files] = /RssFile:\s+(\d+) kB/.exec(status) ?? [];
      expect((Number(peak) - Number(files)) * 1024).toBeLessThan(MAX_WORKER_BYTES);
    }
    const endings = await Promise.all(workers.map(({ process }) => process.kill('SIGTERM')));
    expect(endings).toEqual(workers.map(() => ({ code: 0, signal: null })));
  });
});

/** Ends it when called. */
async function startRedisAt(host: Host, socket: string): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-redis-'));
  const args = ['--port', '6379', '--bind', host.address, '--protected-mode', 'no', '--unixsocket', socket, '--dir', folder, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  const [program, ...before] = host.command as [string, ...string[]];
  const child: ChildProcess = spawn(program, [...before, 'redis-server', ...args], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('Redis answers', async () => {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      const redis = await connectRedis(`unix://${socket}`, { role: 'client' }).catch(() => undefined);
      redis?.disconnect();
      return redis !== undefined;
    }, 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
