// The REST API with its typed client on a real Redis, without any worker: what it promises about documents and events before any work begins.
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { sliceCodePoints } from '@lectern/client';
import { blobKeys } from '@lectern/reader';
import { createFsBlobStore } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { alice, api, ask, blobDir, bob, call, documentOf, expectProblem, filesBelow, keyOf, RESULT, stores, until, upload, useApi } from '../support/api.ts';

useApi();

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
