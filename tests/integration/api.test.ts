// The REST API with its typed client on a real Redis, without any worker: what it promises before the work begins.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApi, startApi } from '@lectern/api';
import { createClient, type LecternClient, sliceCodePoints } from '@lectern/client';
import { Worker } from 'bullmq';
import { blobKeys } from '@lectern/reader';
import { bullPrefix, connectRedis, createFsBlobStore, createStores, enqueueAsks, type JobResult, type JobView, openQueues, problemSchema, QUEUES, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.ts';

const KEYS = { alice: 'key of alice', bob: 'key of bob' };
const hashOf = (key: string): string => createHash('sha256').update(key.replaceAll(' ', '-')).digest('hex');
const keyOf = (who: keyof typeof KEYS): string => KEYS[who].replaceAll(' ', '-');
const RESULT: JobResult = { answer: 'yes', supported: true, citations: [], figures: { tokensRead: 1, chunksEncoded: 1, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 } };

let server: TestRedis;
let redis: Redis;
let stores: Stores;
let api: RunningApi;
let blobDir: string;
let alice: LecternClient;
let bob: LecternClient;

const startWith = (env: Record<string, string> = {}): Promise<RunningApi> => startApi({
  REDIS_URL: server.url, BLOB_DIR: blobDir, PORT: '0', LOG_LEVEL: 'silent', MAX_DOCUMENT_BYTES: '1000000', MAX_QUEUED_JOBS: '500',
  API_KEYS: `alice=${hashOf(KEYS.alice)},bob=${hashOf(KEYS.bob)}`, ...env,
});

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

const call = (path: string, init: RequestInit = {}, who: keyof typeof KEYS = 'alice'): Promise<Response> =>
  fetch(new URL(path, api.url), { ...init, headers: { Authorization: `Bearer ${keyOf(who)}`, ...(init.headers as Record<string, string>) } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
const expectProblem = async (response: Response, status: number, code: string): Promise<Record<string, unknown>> => {
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({ status, type: 'application/problem+json; charset=utf-8' });
  const problem = problemSchema.parse(await response.json());
  expect(problem).toMatchObject({ status, code, request_id: response.headers.get('x-request-id') });
  return problem;
};
const upload = (text = 'A short text.', client = alice) => client.documents.upload(text, { mediaType: 'text/plain', name: 'a.txt' });
const ask = async (client = alice): Promise<JobView> => client.jobs.create({ document: (await upload('A short text.', client)).id, question: 'What is it?' });
/** Does what a worker does, on the records. */
const documentOf = (job: JobView): string => job.request.document!;
const finish = async (id: string): Promise<void> => {
  const attempt = (await stores.jobs.startAttempt(id, 'test:1'))!;
  await stores.jobs.complete(id, attempt, RESULT);
};

describe('documents', () => {
  test('the same bytes again are the same document, also from 20 at once; other types and tenants are others', async () => {
    const bytes = randomBytes(300_000);
    async function* parts(): AsyncGenerator<Uint8Array> { for (let i = 0; i < 30; i++) yield bytes.subarray(i * 10_000, (i + 1) * 10_000); }
    const uploads = await Promise.all(Array.from({ length: 20 }, () => alice.documents.upload(parts(), { mediaType: 'text/plain', name: 'bü 1.txt' })));
    expect(new Set(uploads.map((d) => d.id)).size).toBe(1);
    const [document] = uploads as [typeof uploads[0]];
    expect(document).toMatchObject({ name: 'bü 1.txt', mediaType: 'text/plain', numBytes: 300_000, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(await createFsBlobStore(blobDir).get(blobKeys.source(document.id))).toEqual(bytes);
    const others = await Promise.all([alice.documents.upload(bytes, { mediaType: 'text/markdown' }), bob.documents.upload(bytes, { mediaType: 'text/plain' })]);
    expect(new Set([document, ...others].map((d) => d.id)).size).toBe(3);
    expect(await alice.documents.get(document.id)).toEqual(document);
    expect((await alice.documents.list()).data).toHaveLength(2);
  });

  test('201 the first time, 200 after that, both with Location', async () => {
    const send = () => call('/v1/documents?name=x.md', { method: 'POST', body: `# A ${Math.random()}`.slice(0, 4), headers: { 'Content-Type': 'text/markdown; charset=UTF-8' } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 200]);
    const { id, name } = (await first.json()) as { id: string; name: string };
    expect(name).toBe('x.md');
    expect([first.headers.get('location'), second.headers.get('location')]).toEqual([`/v1/documents/${id}`, `/v1/documents/${id}`]);
  });

  test.each([
    ['nothing in it', 'text/plain', '', 422, 'DOCUMENT_EMPTY'],
    ['an image', 'image/png', 'x', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no type that is known', 'application/x-www-form-urlencoded', 'x', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another character set', 'text/plain; charset=latin1', 'x', 422, 'DOCUMENT_ENCODING'],
  ])('%s is refused', async (_, type, body, status, code) => {
    await expectProblem(await call('/v1/documents', { method: 'POST', body, headers: { 'Content-Type': type } }), status, code);
    expect((await alice.documents.list()).data).toEqual([]);
  });

  test.each([['bad percent', '%E0%A4%A'], ['a control character', 'a%00b'], ['too long', 'x'.repeat(256)]])('a name with %s is refused', async (_, name) => {
    await expectProblem(await call('/v1/documents', { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain', 'X-Document-Name': name } }), 422, 'VALIDATION');
  });

  test('too large: told with limit and actual size, declared or not, and nothing is left', async () => {
    const big = Buffer.alloc(3_000_000, 97);
    const declared = await alice.documents.upload(big, { mediaType: 'text/plain' }).catch((e: unknown) => e);
    expect(declared).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', details: { limit: 1_000_000, actual: 3_000_000 } });
    async function* parts(): AsyncGenerator<Uint8Array> { for (let i = 0; i < 30; i++) yield big.subarray(0, 100_000); }
    const streamed = await alice.documents.upload(parts(), { mediaType: 'text/plain' }).catch((e: unknown) => e);
    expect(streamed).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', details: { limit: 1_000_000 } });
    expect(await filesBelow('tmp')).toEqual([]);
    expect((await filesBelow('blobs')).filter((f) => f.startsWith('uploads'))).toEqual([]);
  });

  test('a client that goes away in the middle leaves nothing', async () => {
    const request = httpRequest(new URL('/v1/documents', api.url), { method: 'POST', headers: { Authorization: `Bearer ${keyOf('alice')}`, 'Content-Type': 'text/plain', 'Content-Length': 500_000 } });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(100_000, 97));
    await until(async () => (await filesBelow('tmp')).length === 1);
    request.destroy();
    await until(async () => (await filesBelow('tmp')).length === 0);
    expect((await alice.documents.list()).data).toEqual([]);
  });

  test('the text: not before it is extracted; then by code points, clamped, within a bound', async () => {
    const { id } = await upload();
    await expect(alice.documents.text(id)).rejects.toMatchObject({ code: 'RESULT_NOT_READY', status: 409 });
    const text = 'aü€😀\n'.repeat(1_000);
    await createFsBlobStore(blobDir).put(blobKeys.text(id), Buffer.from(text)); // as a worker does
    expect(await alice.documents.text(id, { start: 1, end: 8 })).toEqual({ startChar: 1, endChar: 8, text: sliceCodePoints(text, 1, 8) });
    expect(await alice.documents.text(id, { start: 4_998, end: 9_999 })).toEqual({ startChar: 4_998, endChar: 5_000, text: '😀\n' });
    expect((await alice.documents.text(id)).text).toBe(text);
    await expect(alice.documents.text(id, { start: 5, end: 4 })).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(alice.documents.text(id, { start: 0, end: 1_000_001 })).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(bob.documents.text(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('deleting: not while a job uses it; then its blobs and readings are gone too', async () => {
    const job = await ask();
    const document = documentOf(job);
    await expect(alice.documents.delete(document)).rejects.toMatchObject({ code: 'DOCUMENT_IN_USE', details: { jobs: 1 } });
    await expect(bob.documents.delete(document)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const [readingId] = (await stores.jobs.get('alice', job.id))!.readingIds as [string];
    const blobs = createFsBlobStore(blobDir);
    await blobs.put(blobKeys.plan(readingId), Buffer.from('{}'));
    await blobs.put(blobKeys.structure(document), Buffer.from('{}'));
    await alice.jobs.cancel(job.id);
    await alice.documents.delete(document);
    await expect(alice.documents.get(document)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(alice.documents.delete(document)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await filesBelow('blobs')).filter((f) => f.includes(document) || f.includes(readingId))).toEqual([]);
    expect(await stores.readings.get(readingId)).toBeUndefined();
    await expect(alice.jobs.retry(job.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await upload()).id).toBe(document); // and it can come back
  });
});

describe('jobs', () => {
  test('a job is accepted, starts the reading of its document, and its result follows', async () => {
    const { id: document } = await upload();
    const response = await post('/v1/jobs', { document, question: ' What is it? ', metadata: { ticket: '7' } });
    expect(response.status).toBe(202);
    const job = (await response.json()) as JobView;
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(job).toMatchObject({ state: 'reading', model: 'smollm2-135m-instruct', request: { document, task: 'answer', question: 'What is it?', top: 8, keep: 'index', metadata: { ticket: '7' } }, progress: { state: 'new', numTokens: 0 } });
    expect(await alice.queue()).toMatchObject({ read: { waiting: 1 }, ask: { waiting: 0 }, openJobs: 1, readingsUnplanned: 1 });
    await expect(alice.jobs.result(job.id)).rejects.toMatchObject({ code: 'RESULT_NOT_READY', details: { state: 'reading' } });
    const waiting = alice.jobs.get(job.id, { waitSeconds: 30 });
    await finish(job.id);
    expect(await waiting).toMatchObject({ state: 'completed', attempt: 1, worker: 'test:1' });
    expect(await alice.jobs.result(job.id)).toEqual(RESULT);
  });

  test('Prefer: wait answers 200 when it ended in time, 202 when not', async () => {
    const { id: document } = await upload();
    const finished = (async () => {
      await until(async () => (await stores.jobs.list('alice', { limit: 1 })).data.length === 1);
      await finish((await stores.jobs.list('alice', { limit: 1 })).data[0]!.id);
    })();
    const inTime = await post('/v1/jobs', { document, question: 'q' }, { Prefer: 'wait=20' });
    await finished;
    expect([inTime.status, inTime.headers.get('preference-applied'), ((await inTime.json()) as JobView).state]).toEqual([200, 'wait=20', 'completed']);
    const late = await post('/v1/jobs', { document, question: 'q' }, { Prefer: 'wait=1' });
    expect([late.status, ((await late.json()) as JobView).state]).toEqual([202, 'reading']);
  });

  test.each<[string, unknown, string]>([
    ['an unknown field', { question: 'q', colour: 'red' }, '/body'],
    ['no question', { task: 'answer' }, '/body/question'],
    ['a question for a reading', { task: 'read', question: 'q' }, '/body/question'],
    ['an empty question', { question: '   ' }, '/body/question'],
    ['a question too long', { question: 'x'.repeat(4_001) }, '/body/question'],
    ['a number as text', { question: 'q', top: '8' }, '/body/top'],
    ['too many passages', { question: 'q', top: 101 }, '/body/top'],
    ['an unknown route', { question: 'q', routes: ['magic'] }, '/body/routes/0'],
    ['a second look at nothing', { question: 'q', routes: ['second-look'] }, '/body/routes'],
  ])('%s is refused, and the place is told', async (_, more, pointer) => {
    const { id } = await upload();
    const problem = await expectProblem(await post('/v1/jobs', { document: id, ...(more as object) }), 422, 'VALIDATION');
    expect((problem['errors'] as Array<{ pointer: string }>).map((e) => e.pointer)).toContain(pointer);
  });

  test('bodies that are no request', async () => {
    await expectProblem(await post('/v1/jobs', '{"document"'), 400, 'BAD_JSON');
    await expectProblem(await post('/v1/jobs', '[]'), 422, 'VALIDATION');
    await expectProblem(await post('/v1/jobs', 'x', { 'Content-Type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    await expectProblem(await post('/v1/jobs', JSON.stringify({ question: 'x'.repeat(300_000) })), 413, 'BODY_TOO_LARGE');
    await expectProblem(await post('/v1/jobs', { document: `doc_${'0'.repeat(40)}`, question: 'q' }), 404, 'NOT_FOUND');
  });

  test('ETag: 304 while nothing changes', async () => {
    const job = await ask();
    const first = await call(`/v1/jobs/${job.id}`);
    const etag = first.headers.get('etag')!;
    expect((await call(`/v1/jobs/${job.id}`, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    await alice.jobs.cancel(job.id);
    expect((await call(`/v1/jobs/${job.id}`, { headers: { 'If-None-Match': etag } })).status).toBe(200);
  });

  test('cancel, twice; retry; delete', async () => {
    const job = await ask();
    await expect(alice.jobs.delete(job.id)).rejects.toMatchObject({ code: 'NOT_TERMINAL' });
    expect(await alice.jobs.cancel(job.id)).toMatchObject({ state: 'cancelled' });
    expect(await alice.jobs.cancel(job.id)).toMatchObject({ state: 'cancelled' });
    await expect(alice.jobs.result(job.id)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(await alice.jobs.retry(job.id)).toMatchObject({ state: 'reading' });
    await expect(alice.jobs.retry(job.id)).rejects.toMatchObject({ code: 'NOT_TERMINAL' });
    await finish(job.id);
    expect(await alice.jobs.cancel(job.id)).toMatchObject({ state: 'completed' });
    await alice.jobs.delete(job.id);
    await expect(alice.jobs.get(job.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('cancelling a job on a worker: 202, then the worker says so', async () => {
    const job = await ask();
    const [readingId] = (await stores.jobs.get('alice', job.id))!.readingIds as [string];
    const queues = openQueues(redis);
    const connection = await connectRedis(server.url, { role: 'worker' });
    const bull = new Worker(QUEUES.ask, null, { connection, prefix: bullPrefix() });
    await enqueueAsks({ ...stores, ...queues }, 'alice', await stores.readings.sealed(readingId));
    expect((await bull.getNextJob('token'))?.data).toMatchObject({ jobId: job.id });
    await stores.jobs.startAttempt(job.id, 'test:1');
    const response = await call(`/v1/jobs/${job.id}/cancel`, { method: 'POST' });
    expect([response.status, ((await response.json()) as JobView).state]).toEqual([202, 'cancelling']);
    expect(await stores.jobs.cancelRequested([job.id])).toEqual([job.id]);
    await stores.jobs.cancelled(job.id);
    expect(await alice.jobs.get(job.id)).toMatchObject({ state: 'cancelled' });
    await bull.close(true);
    await queues.close();
    connection.disconnect();
  });

  test('the error of a failed job is the answer to its result', async () => {
    const job = await ask();
    await stores.jobs.fail(job.id, { code: 'DOCUMENT_NO_TEXT_LAYER', message: 'pages 3 and 4 have no text', details: { pages: [3, 4] } });
    expect(await alice.jobs.get(job.id)).toMatchObject({ state: 'failed', error: { code: 'DOCUMENT_NO_TEXT_LAYER', details: { pages: [3, 4] }, retryable: false } });
    await expect(alice.jobs.result(job.id)).rejects.toMatchObject({ code: 'DOCUMENT_NO_TEXT_LAYER', details: { pages: [3, 4] } });
  });

  test('the result of a completed job whose time is over is 410', async () => {
    const job = await ask();
    await finish(job.id);
    await redis.del(`lectern:job:${job.id}:result`);
    await expectProblem(await call(`/v1/jobs/${job.id}/result`), 410, 'EXPIRED');
  });

  test('lists go on from page to page, and by state', async () => {
    const { id: document } = await upload();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push((await alice.jobs.create({ document, question: `q ${i}` })).id);
    await alice.jobs.cancel(ids[2]!);
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await alice.jobs.list({ limit: 3, after });
      seen.push(...page.data.map((j) => j.id));
      if (!page.hasMore) break;
      after = page.nextCursor;
    }
    expect(seen).toEqual([...ids].sort().reverse());
    expect((await alice.jobs.list({ state: 'cancelled' })).data.map((j) => j.id)).toEqual([ids[2]]);
    await expectProblem(await call('/v1/jobs?limit=101'), 422, 'VALIDATION');
    await expectProblem(await call('/v1/jobs?colour=red'), 422, 'VALIDATION');
  });

  test('a full queue says so', async () => {
    const small = await startWith({ MAX_QUEUED_JOBS: '2' });
    try {
      const client = createClient({ baseUrl: small.url, apiKey: keyOf('alice') });
      const { id: document } = await upload();
      await client.jobs.create({ document, question: 'q' });
      await client.jobs.create({ document, question: 'q' });
      await expect(client.jobs.create({ document, question: 'q' })).rejects.toMatchObject({ code: 'QUEUE_FULL', details: { limit: 2, actual: 2 } });
    } finally {
      await small.close();
    }
  });
});

describe('Idempotency-Key', () => {
  test('50 requests at once make exactly one job; who is not first gets the answer again or 409', async () => {
    const { id: document } = await upload();
    const responses = await Promise.all(Array.from({ length: 50 }, () => post('/v1/jobs', { document, question: 'q' }, { 'Idempotency-Key': 'k-1' })));
    const outcomes = await Promise.all(responses.map(async (r) => ({ status: r.status, replayed: r.headers.get('idempotency-replayed'), body: (await r.json()) as { id: string; code?: string } })));
    const accepted = outcomes.filter((o) => o.status === 202);
    expect(accepted.filter((o) => o.replayed === null)).toHaveLength(1);
    expect(new Set(accepted.map((o) => o.body.id)).size).toBe(1);
    for (const other of outcomes.filter((o) => o.status !== 202)) expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
    expect((await alice.jobs.list()).data).toHaveLength(1);
    expect((await alice.queue()).read.waiting).toBe(1);
  });

  test('the answer outlives the job; another request under the key is 422; another tenant has keys of its own', async () => {
    const { id: document } = await upload();
    const body = { document, question: 'q' };
    const first = await alice.jobs.create(body, { idempotencyKey: 'k' });
    await alice.jobs.cancel(first.id);
    await alice.jobs.delete(first.id);
    const again = await post('/v1/jobs', { question: 'q', document }, { 'Idempotency-Key': '"k"' });
    expect([again.status, again.headers.get('idempotency-replayed'), ((await again.json()) as JobView).id]).toEqual([202, 'true', first.id]);
    expect((await alice.jobs.list()).data).toEqual([]);
    await expectProblem(await post('/v1/jobs', { ...body, top: 3 }, { 'Idempotency-Key': 'k' }), 422, 'IDEMPOTENCY_KEY_REUSED');
    const theirs = await bob.jobs.create({ ...body, document: (await upload('A short text.', bob)).id }, { idempotencyKey: 'k' });
    expect(theirs.id).not.toBe(first.id);
  });

  test('a refused request leaves its key free; a malformed key is refused', async () => {
    const document = `doc_${'0'.repeat(40)}`;
    await expectProblem(await post('/v1/jobs', { document, question: 'q' }, { 'Idempotency-Key': 'k' }), 404, 'NOT_FOUND');
    expect((await post('/v1/jobs', { document: (await upload()).id, question: 'q' }, { 'Idempotency-Key': 'k' })).status).toBe(202);
    await expectProblem(await post('/v1/jobs', { document, question: 'q' }, { 'Idempotency-Key': 'two words' }), 400, 'IDEMPOTENCY_KEY_MALFORMED');
    await expectProblem(await post('/v1/jobs', { document, question: 'q' }, { 'Idempotency-Key': 'x'.repeat(256) }), 400, 'IDEMPOTENCY_KEY_MALFORMED');
  });
});

describe('events', () => {
  test('from the start to the end, with the progress of the reading; resumed in the middle without gap or duplicate', async () => {
    const job = await ask();
    const [readingId] = (await stores.jobs.get('alice', job.id))!.readingIds as [string];
    const work = (async () => {
      await stores.readings.startPlanning(readingId);
      await stores.readings.planned(readingId, { numTokens: 20, numChunks: 2, numBlocks: 1 });
      await until(async () => seen.some((e) => e.type === 'progress' && e.data['numTokens'] === 20));
      await stores.readings.chunkDone(readingId, { index: 0, numTokens: 10, reused: false });
      await until(async () => seen.some((e) => e.type === 'progress' && e.data['tokensDone'] === 10));
      const attempt = (await stores.jobs.startAttempt(job.id, 'test:1'))!;
      for (const text of ['The ', 'answer', '.']) await stores.jobs.appendEvent(job.id, 'delta', { text }, attempt);
      await stores.jobs.complete(job.id, attempt, RESULT);
    })();
    const seen: Array<{ seq?: number | undefined; type: string; data: Record<string, unknown> }> = [];
    for await (const event of alice.jobs.events(job.id)) seen.push(event);
    await work;
    const numbered = seen.filter((e) => e.seq !== undefined);
    expect(numbered.map((e) => e.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(numbered.map((e) => e.type)).toEqual(['state', 'state', 'state', 'delta', 'delta', 'delta', 'done']);
    const again: Array<number | undefined> = [];
    for await (const { seq } of alice.jobs.events(job.id, { after: 4 })) again.push(seq);
    expect(again).toEqual([5, 6, 7]);
    const byHeader = await (await call(`/v1/jobs/${job.id}/events`, { headers: { 'Last-Event-ID': '6' } })).text();
    expect(byHeader).toContain('id: 7\nevent: done\n');
    expect(byHeader).not.toContain('id: 6');
    expect((await call(`/v1/jobs/${job.id}/events?starting_after=7`)).status).toBe(204);
  });

  test('a consumer that stops early closes its stream', async () => {
    const job = await ask();
    for await (const event of alice.jobs.events(job.id)) if (event.type === 'state') break;
    const connections = async (): Promise<string> => (await (await fetch(`${api.url}/metrics`)).text()).match(/^lectern_http_sse_connections (\d+)/m)![1]!;
    await until(async () => (await connections()) === '0');
  });
});

describe('who may see what', () => {
  test('another tenant\'s things are not there', async () => {
    const job = await ask();
    await finish(job.id);
    for (const attempt of [
      () => bob.jobs.get(job.id), () => bob.jobs.result(job.id), () => bob.jobs.cancel(job.id), () => bob.jobs.retry(job.id), () => bob.jobs.delete(job.id),
      () => bob.jobs.events(job.id).next(), () => bob.documents.get(documentOf(job)), () => bob.jobs.create({ document: documentOf(job), question: 'q' }),
    ]) await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    expect((await bob.jobs.list()).data).toEqual([]);
    expect((await bob.documents.list()).data).toEqual([]);
  });

  test('no key, a wrong key, a key in the wrong place', async () => {
    for (const headers of [{}, { Authorization: 'Bearer nobody' }, { Authorization: `Basic ${keyOf('alice')}` }, { Authorization: keyOf('alice') }]) {
      const response = await fetch(`${api.url}/v1/jobs`, { headers: headers as Record<string, string> });
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      await expectProblem(response, 401, 'UNAUTHORIZED');
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/']) expect((await fetch(api.url + path)).status).toBe(200);
  });

  test('without keys, web pages of other origins and foreign names are kept out', async () => {
    const open = await startWith({ API_KEYS: '' });
    try {
      expect((await fetch(`${open.url}/v1/jobs`)).status).toBe(200);
      expect((await fetch(`${open.url}/v1/jobs`, { headers: { Origin: 'https://example.org' } })).status).toBe(401);
      const status = await new Promise<number | undefined>((resolve, reject) => {
        httpRequest(`${open.url}/v1/jobs`, { headers: { Host: 'rebound.example.org' } }, (res) => resolve(res.resume().statusCode)).on('error', reject).end();
      });
      expect(status).toBe(401);
    } finally {
      await open.close();
    }
  });

  test('more requests than allowed: 429 with the draft headers, per tenant', async () => {
    const limited = await startWith({ RATE_LIMIT_PER_MINUTE: '5' });
    try {
      const get = (who: keyof typeof KEYS) => fetch(`${limited.url}/v1/jobs`, { headers: { Authorization: `Bearer ${keyOf(who)}` } });
      for (let i = 0; i < 5; i++) expect((await get('alice')).status).toBe(200);
      const refused = await get('alice');
      expect(refused.headers.get('ratelimit-policy')).toContain('q=5; w=60');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      await expectProblem(refused, 429, 'RATE_LIMITED');
      expect((await get('bob')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

describe('the service itself', () => {
  test('what is not there, and what cannot be done there', async () => {
    await expectProblem(await call('/v1/nothing'), 404, 'NOT_FOUND');
    await expectProblem(await call('/v1/jobs/not-an-id'), 404, 'NOT_FOUND');
    await expectProblem(await call('/v1/jobs/%E0'), 422, 'VALIDATION');
    const response = await call('/v1/jobs', { method: 'PUT' });
    expect(response.headers.get('allow')).toBe('POST, GET');
    await expectProblem(response, 405, 'METHOD_NOT_ALLOWED');
  });

  test('X-Request-Id: the caller\'s own when harmless', async () => {
    expect((await call('/healthz', { headers: { 'X-Request-Id': 'abc-123' } })).headers.get('x-request-id')).toBe('abc-123');
    expect((await call('/healthz', { headers: { 'X-Request-Id': 'a b <c>' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('readiness and models follow the workers', async () => {
    expect(await (await call('/readyz')).json()).toEqual({ status: 'degraded', redis: true, draining: false, numWorkers: 0 });
    const model = { id: 'smollm2-135m-instruct', name: 'SmolLM2', sha256: 'x', contextLength: 8192, numLayers: 30, numHeads: 9, numKvHeads: 3, retrievalLayer: 18 };
    const worker = { startedAt: 't', engine: 'native', device: 'avx2', models: [model], readThreads: 1, askThreads: 1, residentBytes: 1, memoryLimitBytes: 2 };
    await stores.workers.announce({ id: 'h:1', ...worker }, 60_000);
    await stores.workers.announce({ id: 'h:2', ...worker }, 60_000);
    expect(await (await call('/readyz')).json()).toMatchObject({ status: 'ready', numWorkers: 2 });
    expect((await alice.models()).data).toEqual([{ ...model, numWorkers: 2, readers: [], isDefault: true }]);
    expect((await alice.queue()).workers.map((w) => w.id).sort()).toEqual(['h:1', 'h:2']);
  });

  test('closing: streams and long polls end at once, then nobody is there; clients of a second process go on', async () => {
    const first = await startWith();
    const job = await ask();
    const here = createClient({ baseUrl: first.url, apiKey: keyOf('alice') });
    const poll = here.jobs.get(job.id, { waitSeconds: 60 });
    const stream = await fetch(`${first.url}/v1/jobs/${job.id}/events`, { headers: { Authorization: `Bearer ${keyOf('alice')}` } });
    const start = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await first.close();
    expect(Date.now() - start).toBeLessThan(5_000);
    expect((await poll).state).toBe('reading');
    expect(await stream.text()).toContain('id: 2\nevent: state');
    await expect(here.health()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect((await alice.jobs.get(job.id)).state).toBe('reading');
  });
});

async function until(isTrue: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not true within ${timeoutMs} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function filesBelow(folder: 'tmp' | 'blobs'): Promise<string[]> {
  return readdirSync(join(blobDir, folder), { recursive: true, encoding: 'utf8' }).filter((name) => folder === 'tmp' || name.endsWith('~'));
}
