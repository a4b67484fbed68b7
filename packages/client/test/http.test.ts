// What the client makes of answers that are not what it hoped for, from a real HTTP server.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createClient } from '../src/client.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function clientOf(listener: RequestListener, apiKey?: string) {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createClient(apiKey === undefined ? { baseUrl } : { baseUrl, apiKey });
}

const DOC = { id: 'doc_1', name: 'n', mediaType: 'text/plain', sha256: 'x', numBytes: 1, createdAt: 't' };

test('a problem document becomes the error it was', async () => {
  const client = await clientOf((_req, res) => {
    res.writeHead(413, { 'content-type': 'application/problem+json' });
    res.end(JSON.stringify({ type: 'urn:lectern:problem:document-too-large', title: 'x', status: 413, detail: 'too big', code: 'DOCUMENT_TOO_LARGE', retryable: false, request_id: 'r', limit: 5, actual: 6 }));
  });
  await expect(client.documents.upload('x', { mediaType: 'text/plain' })).rejects.toMatchObject({ name: 'ServiceError', code: 'DOCUMENT_TOO_LARGE', message: 'too big', details: { limit: 5, actual: 6, requestId: 'r' } });
});

test.each([
  [502, '<html>bad gateway</html>', 'SERVICE_UNREACHABLE'],
  [404, 'not here', 'INTERNAL'],
  [200, 'no json', 'INTERNAL'],
  [200, '{"id":5}', 'INTERNAL'],
])('status %d with %j is %s', async (status, body, code) => {
  const client = await clientOf((_req, res) => res.writeHead(status).end(body));
  await expect(client.documents.get('doc_1')).rejects.toMatchObject({ code });
});

test('nobody there, and a line cut in the middle, are SERVICE_UNREACHABLE', async () => {
  await expect(createClient({ baseUrl: 'http://127.0.0.1:9' }).health()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE', retryable: true });
  const client = await clientOf((_req, res) => {
    res.writeHead(200, { 'content-length': '100' });
    res.write('{"id"');
    setTimeout(() => res.destroy(), 20);
  });
  await expect(client.documents.get('doc_1')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
});

test('an aborted signal throws its own reason', async () => {
  const client = await clientOf(() => undefined);
  const reason = new Error('enough');
  await expect(client.documents.get('doc_1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('what is sent: the key, the name percent-encoded, a stream in parts; unknown fields of the answer are dropped', async () => {
  const seen: Array<Record<string, unknown>> = [];
  const client = await clientOf(async (req, res) => {
    let body = '';
    for await (const part of req) body += part;
    seen.push({ url: req.url, key: req.headers.authorization, name: req.headers['x-document-name'], type: req.headers['content-type'], encoding: req.headers['transfer-encoding'], body });
    res.writeHead(201).end(JSON.stringify({ ...DOC, fromTheFuture: true }));
  }, 'secret');
  async function* parts(): AsyncGenerator<Uint8Array> { yield Buffer.from('one '); yield Buffer.from('two'); }
  expect(await client.documents.upload(parts(), { mediaType: 'text/plain', name: 'bü ch.txt' })).toEqual(DOC);
  expect(seen).toEqual([{ url: '/v1/documents', key: 'Bearer secret', name: 'b%C3%BC%20ch.txt', type: 'text/plain', encoding: 'chunked', body: 'one two' }]);
});

test('wait goes on after the service was away, and does not wait out what waiting cannot help', async () => {
  let calls = 0;
  const job = { id: 'job_1', state: 'completed', request: { document: `doc_${'a'.repeat(40)}`, task: 'read', mode: 'reread', top: 8, maxOutputTokens: 96, keep: 'index' }, model: 'm', documents: [`doc_${'a'.repeat(40)}`], createdAt: 't', attempt: 1, seq: 3 };
  const client = await clientOf((_req, res) => {
    calls++;
    if (calls === 1) res.writeHead(503).end('starting');
    else if (calls === 2) res.end(JSON.stringify(job));
    else res.writeHead(404, {}).end(JSON.stringify({ type: 't', title: 't', status: 404, detail: 'no', code: 'NOT_FOUND', retryable: false }));
  });
  expect((await client.jobs.wait('job_1')).state).toBe('completed');
  expect(calls).toBe(2);
  await expect(client.jobs.wait('job_1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('events: a cut stream is taken up after the last number; nothing twice, nothing left out', async () => {
  const asked: string[] = [];
  const event = (seq: number, type: string) => `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq, type, data: {}, at: 't' })}\n\n`;
  const client = await clientOf((req, res) => {
    asked.push(req.url!);
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    if (asked.length === 1) {
      res.write(`retry: 1\n\n${event(1, 'state')}${event(2, 'delta')}data: {"ty`);
      setTimeout(() => res.destroy(), 20);
    } else if (asked.length === 2) res.end(event(2, 'delta') + event(3, 'delta'));
    else res.end(event(4, 'done'));
  });
  const seqs: Array<number | undefined> = [];
  for await (const { seq } of client.jobs.events('job_1')) seqs.push(seq);
  expect(seqs).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual(['/v1/jobs/job_1/events?starting_after=0', '/v1/jobs/job_1/events?starting_after=2', '/v1/jobs/job_1/events?starting_after=3']);
});
