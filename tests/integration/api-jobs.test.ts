// The REST API with its typed client on a real Redis, without any worker: jobs before any work begins, and requests that are made twice.
import { createClient } from '@lectern/client';
import { Worker } from 'bullmq';
import { bullPrefix, connectRedis, enqueueAsks, type JobView, openQueues, QUEUES } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { alice, ask, bob, call, expectProblem, finish, keyOf, post, redis, RESULT, server, startWith, stores, until, upload, useApi } from '../support/api.ts';

useApi();

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
