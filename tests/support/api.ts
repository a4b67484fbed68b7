// The REST API with its typed client on a real Redis, without any worker. The names below are set when useApi()'s hooks have run.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApi, startApi } from '@lectern/api';
import { createClient, type LecternClient } from '@lectern/client';
import { connectRedis, createStores, type JobResult, type JobView, problemSchema, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { startRedis, type TestRedis } from './redis.ts';

const KEYS = { alice: 'key of alice', bob: 'key of bob' };
export type TestTenant = keyof typeof KEYS;
const hashOf = (key: string): string => createHash('sha256').update(key.replaceAll(' ', '-')).digest('hex');
export const keyOf = (who: TestTenant): string => KEYS[who].replaceAll(' ', '-');
export const RESULT: JobResult = { answer: 'yes', supported: true, citations: [], figures: { tokensRead: 1, chunksEncoded: 1, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 } };

export let server: TestRedis;
export let redis: Redis;
export let stores: Stores;
export let api: RunningApi;
export let blobDir: string;
export let alice: LecternClient;
export let bob: LecternClient;

export const startWith = (env: Record<string, string> = {}): Promise<RunningApi> => startApi({
  REDIS_URL: server.url, BLOB_DIR: blobDir, PORT: '0', LOG_LEVEL: 'silent', MAX_DOCUMENT_BYTES: '1000000', MAX_QUEUED_JOBS: '500',
  API_KEYS: `alice=${hashOf(KEYS.alice)},bob=${hashOf(KEYS.bob)}`, ...env,
});

/** Called once by a test file: an API with a Redis of its own, emptied before each test. */
export function useApi(): void {
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(server.url, { role: 'client' });
    stores = createStores(redis);
    blobDir = mkdtempSync(join(tmpdir(), 'lectern-api-'));
    api = await startWith();
    alice = createClient({ baseUrl: api.url, apiKey: keyOf('alice') });
    bob = createClient({ baseUrl: api.url, apiKey: keyOf('bob') });
  });
  afterAll(async () => {
    await api?.close();
    stores?.close();
    redis?.disconnect();
    await server?.stop();
    rmSync(blobDir, { recursive: true, force: true });
  });
  beforeEach(() => redis.flushall());
}

export const call = (path: string, init: RequestInit = {}, who: TestTenant = 'alice'): Promise<Response> =>
  fetch(new URL(path, api.url), { ...init, headers: { Authorization: `Bearer ${keyOf(who)}`, ...(init.headers as Record<string, string>) } });
export const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
export const expectProblem = async (response: Response, status: number, code: string): Promise<Record<string, unknown>> => {
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({ status, type: 'application/problem+json; charset=utf-8' });
  const problem = problemSchema.parse(await response.json());
  expect(problem).toMatchObject({ status, code, request_id: response.headers.get('x-request-id') });
  return problem;
};
export const upload = (text = 'A short text.', client = alice) => client.documents.upload(text, { mediaType: 'text/plain', name: 'a.txt' });
export const ask = async (client = alice): Promise<JobView> => client.jobs.create({ document: (await upload('A short text.', client)).id, question: 'What is it?' });
export const documentOf = (job: JobView): string => job.request.document!;
/** Does what a worker does, on the records. */
export const finish = async (id: string): Promise<void> => {
  const attempt = (await stores.jobs.startAttempt(id, 'test:1'))!;
  await stores.jobs.complete(id, attempt, RESULT);
};

export async function until(isTrue: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not true within ${timeoutMs} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function filesBelow(folder: 'tmp' | 'blobs'): Promise<string[]> {
  return readdirSync(join(blobDir, folder), { recursive: true, encoding: 'utf8' }).filter((name) => folder === 'tmp' || name.endsWith('~'));
}
