// The REST API with its typed client on a real Redis, without any worker: who may see what, and the service itself.
import { request as httpRequest } from 'node:http';
import { createClient } from '@lectern/client';
import { describe, expect, test } from 'vitest';
import { alice, api, ask, bob, call, documentOf, expectProblem, finish, keyOf, startWith, stores, type TestTenant, useApi } from '../support/api.ts';

useApi();

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
      const get = (who: TestTenant) => fetch(`${limited.url}/v1/jobs`, { headers: { Authorization: `Bearer ${keyOf(who)}` } });
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
