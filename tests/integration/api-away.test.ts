// When Redis is frozen, killed or was never there; and the API as a process: how it starts, drains and refuses to start.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningApi, startApi } from '@lectern/api';
import { createClient, type LecternClient } from '@lectern/client';
import { connectRedis, createStores, type JobView } from '@lectern/shared';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRedisProcess, type TestRedisProcess } from '../support/redis.ts';

const main = fileURLToPath(new URL('../../services/api/dist/main.js', import.meta.url));
let server: TestRedisProcess;
let blobDir: string;
let api: RunningApi;
let client: LecternClient;

const env = (more: Record<string, string> = {}): Record<string, string> => ({ REDIS_URL: server.url, BLOB_DIR: blobDir, PORT: '0', LOG_LEVEL: 'silent', ...more });

beforeAll(async () => {
  server = await startRedisProcess(['--appendfsync', 'always']);
  blobDir = mkdtempSync(join(tmpdir(), 'lectern-away-'));
  api = await startApi(env());
  client = createClient({ baseUrl: api.url });
});
afterAll(async () => {
  await api?.close();
  await server?.stop();
  rmSync(blobDir, { recursive: true, force: true });
});

const ask = async (): Promise<JobView> => {
  const { id } = await client.documents.upload(`A text. ${Math.random()}`, { mediaType: 'text/plain' });
  return client.jobs.create({ document: id, question: 'What is it?' });
};
const msOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = Date.now();
  await work();
  return Date.now() - start;
};
const readiness = async (): Promise<[number, unknown]> => {
  const response = await fetch(`${api.url}/readyz`);
  return [response.status, await response.json()];
};
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await isTrue()); ) {
    if (Date.now() > deadline) throw new Error(`not true in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('Redis frozen', () => {
  test('requests fail with 503 instead of hanging, readiness says so, health does not; afterwards all goes on', async () => {
    const job = await ask();
    server.pause();
    try {
      expect(await msOf(async () => expect(await readiness()).toEqual([503, { status: 'unavailable', redis: false, draining: false, numWorkers: 0 }]))).toBeLessThan(3_000);
      await client.health();
      for (const attempt of [() => client.jobs.get(job.id), () => client.jobs.create({ document: job.request.document!, question: 'q' }), () => client.queue(), () => client.documents.upload('another text', { mediaType: 'text/plain' })]) {
        expect(await msOf(() => expect(attempt()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', status: 503 }))).toBeLessThan(12_000);
      }
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      expect(metrics).toMatch(/^lectern_redis_up 0$/m);
    } finally {
      server.resume();
    }
    await until(async () => (await readiness())[0] === 200);
    expect(await client.jobs.get(job.id)).toMatchObject({ id: job.id, state: 'reading' });
  });
});

describe('Redis killed and started again', () => {
  test('what was accepted is still there; waiting clients and event streams go on by themselves', async () => {
    const job = await ask();
    const seen: Array<number | undefined> = [];
    const reader = (async () => {
      for await (const event of client.jobs.events(job.id)) if (event.seq !== undefined) seen.push(event.seq);
    })();
    const waiter = client.jobs.wait(job.id);
    await until(async () => seen.length === 2);
    await server.kill();
    expect(await msOf(() => expect(client.jobs.get(job.id)).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' }))).toBeLessThan(6_000);
    await expect(client.documents.upload('yet another', { mediaType: 'text/plain' })).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await server.restart();
    await until(async () => (await readiness())[0] === 200);
    const redis = await connectRedis(server.url, { role: 'client' });
    const stores = createStores(redis);
    const attempt = (await stores.jobs.startAttempt(job.id, 'test:1'))!;
    await stores.jobs.complete(job.id, attempt, { citations: [], figures: { tokensRead: 0, chunksEncoded: 0, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 0 } });
    expect((await waiter).state).toBe('completed');
    await reader;
    expect(seen).toEqual([1, 2, 3, 4]);
    stores.close();
    redis.disconnect();
  });
});

describe('no room', () => {
  test('Redis at its memory limit: new work is refused with 503, what is there can be read', async () => {
    const job = await ask();
    const redis = await connectRedis(server.url, { role: 'client' });
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(client.jobs.create({ document: job.request.document!, question: 'q' })).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true });
      expect((await client.jobs.get(job.id)).id).toBe(job.id);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
      redis.disconnect();
    }
    await client.jobs.create({ document: job.request.document!, question: 'q' });
  });

  test('a full disk: 507, nothing is left, and the next smaller document is taken', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'lectern-full-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) {
      console.warn('!!! cannot mount a small disk here (needs root): the API on a full disk is not tested');
      return;
    }
    const full = await startApi(env({ BLOB_DIR: disk }));
    try {
      const there = createClient({ baseUrl: full.url });
      await expect(there.documents.upload(Buffer.alloc(3_000_000, 97), { mediaType: 'text/plain' })).rejects.toMatchObject({ code: 'DISK_FULL', status: 507 });
      expect(readdirSync(join(disk, 'tmp'))).toEqual([]);
      expect((await there.documents.upload(Buffer.alloc(300_000, 97), { mediaType: 'text/plain' })).numBytes).toBe(300_000);
    } finally {
      await full.close();
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });
});

describe('the process', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const run = (settings: Record<string, string>) => {
    const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { output += text; });
    return { child, output: () => output, exit: once(child, 'exit').then(([code]) => code as number | null) };
  };

  test.each<[string, () => Record<string, string>, string]>([
    ['no Redis', () => env({ REDIS_URL: 'redis://127.0.0.1:9' }), 'REDIS_UNAVAILABLE'],
    ['a wrong address of Redis', () => env({ REDIS_URL: 'http://127.0.0.1' }), 'VALIDATION'],
    ['a public address without keys', () => env({ HOST: '0.0.0.0' }), 'API_KEYS'],
    ['a setting that is no number', () => env({ MAX_DOCUMENT_BYTES: 'much' }), 'MAX_DOCUMENT_BYTES'],
    ['a port that is taken', () => env({ PORT: new URL(api.url).port }), 'EADDRINUSE'],
  ])('with %s it ends with status 1 and says why', async (_, settings, expected) => {
    const { exit, output } = run(settings());
    expect(await exit).toBe(1);
    const line = JSON.parse(output().trim().split('\n').at(-1)!) as { error: { code: string; message: string } };
    expect(`${line.error.code} ${line.error.message}`).toContain(expected);
  });

  test('SIGTERM: an upload under way is finished, new work is refused, then it ends with status 0', async () => {
    const { child, exit, output } = run(env({ LOG_LEVEL: 'info' }));
    await until(async () => output().includes('"url"'));
    const url = /"url":"([^"]+)"/.exec(output())![1]!;
    const there = createClient({ baseUrl: url });
    let goOn: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => { goOn = resolve; });
    async function* slowly(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first half, ');
      await paused;
      yield Buffer.from('second half');
    }
    const uploading = there.documents.upload(slowly(), { mediaType: 'text/plain' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGTERM');
    await until(async () => there.health().then(() => false, () => true));
    goOn();
    expect((await uploading).numBytes).toBe(23);
    expect(await exit).toBe(0);
  });
});
