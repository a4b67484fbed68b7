// Readers apart from the index model, through the whole service: one behind a URL, one from a file, and who gets which job. The key of the
// remote one must stay where it belongs: in the worker's memory and in its request's header.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyReader, type TinyReader } from '../../packages/reader/test/tiny-reader.ts';
import { type CompletionServer, completionServer, delta, event, failing, streaming } from '../support/completion-server.ts';
import { until } from '../support/processes.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { makeText } from '../support/text.ts';

const KEY = 'sk-integration-0123456789';
const INDEX = 'smollm2-135m-instruct';
const FACT = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const TEXT = makeText({ numWords: 600, planted: [FACT] });
const QUESTION = 'Who kept the lighthouse at Port Ellery?';

let service: TestService;
let server: CompletionServer;
let tiny: TinyReader;
let remoteWorker: TestWorker;
let fileWorker: TestWorker;
let remoteId: string;

beforeAll(async () => {
  server = await completionServer();
  tiny = await tinyReader();
  service = await startService();
  remoteWorker = service.spawnWorker({ READER: server.url, READER_MODEL: 'big', READER_KEY: KEY, LOG_LEVEL: 'trace' });
  fileWorker = service.spawnWorker({ READER: join(tiny.folder, 'tiny.gguf'), READER_ON_REQUEST: '1' });
  await Promise.all([remoteWorker.ready(), fileWorker.ready()]);
  remoteId = `big@${server.host}`;
}, 120_000);

afterAll(async () => {
  await service?.stop();
  await server?.close();
  tiny?.remove();
});

async function asked(reader: string | undefined) {
  const { job } = await service.submit(TEXT, { task: 'answer', question: QUESTION, maxOutputTokens: 16, ...(reader === undefined ? {} : { reader }) });
  const ended = await service.ended(job.id);
  return { ended, result: ended.state === 'completed' ? await service.client.jobs.result(job.id) : undefined };
}

const readers = async () => (await service.client.models()).data.find(({ id }) => id === INDEX)!.readers;

describe('readers', () => {
  it('are announced with what is known of them, the key excepted', async () => {
    const own = (await readers()).find(({ id }) => id === INDEX);
    const [remote, file] = [(await readers()).find(({ kind }) => kind === 'remote'), (await readers()).find(({ id }) => id.startsWith('sha256-'))];
    expect(own).toMatchObject({ kind: 'local', numWorkers: 2, isDefault: true });
    expect(remote).toMatchObject({ id: remoteId, name: 'big', uncertain: false, numWorkers: 1, isDefault: true });
    expect(file).toMatchObject({ kind: 'local', uncertain: true, numWorkers: 1, isDefault: false });
  });

  it('answer the jobs that name them: behind a URL, from the passages found', async () => {
    server.behave(streaming(['Magnus ', 'Thorne kept it.']));
    const { result } = await asked(remoteId);
    expect(result).toMatchObject({ answer: 'Magnus Thorne kept it.', reader: remoteId, supported: true, uncertain: false });
    expect(result!.citations[0]!.text).toContain('Magnus Thorne');
    expect(server.seen[0]).toMatchObject({ headers: { authorization: `Bearer ${KEY}` }, body: { model: 'big', max_tokens: 16 } });
    expect(server.seen[0]!.body.messages![0]!.content).toContain(FACT);
  });

  it('from a file that no catalog knows, and the index model itself; nothing leaves the machine then', async () => {
    server.behave(streaming(['no']));
    const [file, own] = [await asked((await readers()).find(({ id }) => id.startsWith('sha256-'))!.id), await asked(INDEX)];
    expect(file.result).toMatchObject({ reader: expect.stringMatching(/^sha256-/) as string, uncertain: true });
    expect(file.ended.worker).toMatch(new RegExp(`${fileWorker.idEnd}$`));
    expect(own.result).toMatchObject({ reader: INDEX });
    expect(server.seen).toEqual([]);
  });

  it('of the right worker get the job, whoever takes it first', async () => {
    server.behave(streaming(['Magnus Thorne.']));
    const all = await Promise.all(Array.from({ length: 6 }, () => asked(remoteId)));
    expect(all.map(({ ended }) => ended.worker)).toEqual(all.map(() => expect.stringMatching(new RegExp(`${remoteWorker.idEnd}$`)) as string));
  });

  it('are never what a client says they are: URLs and paths are refused', async () => {
    server.behave(streaming(['no']));
    for (const reader of [server.url, 'http://169.254.169.254/', '/etc/passwd', '../tiny.gguf']) {
      await expect(asked(reader)).rejects.toMatchObject({ code: 'VALIDATION', message: expect.stringContaining(remoteId) as string });
    }
    expect(server.seen).toEqual([]);
  });
});

describe('a remote reader that', () => {
  it('is busy is asked again', async () => {
    server.behave(failing(429, { error: { message: 'slow down' } }, { 'Retry-After': '1' }), failing(500, 'oops'), streaming(['Magnus Thorne.']));
    expect((await asked(remoteId)).result).toMatchObject({ answer: 'Magnus Thorne.' });
    expect(server.seen.length).toBe(3);
  });

  it('refuses fails the job in its words, without the key', async () => {
    server.behave(failing(401, { error: { message: `Incorrect API key provided: ${KEY}` } }));
    const { ended } = await asked(remoteId);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'READER_REFUSED', message: expect.stringContaining('Incorrect API key provided: ***') as string, details: { status: 401 } } });
    expect(server.seen.length).toBe(1);
  });

  it('breaks off in the middle is asked again by another attempt of the job', async () => {
    server.behave((res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(event(delta('Magnus')));
      setTimeout(() => res.destroy(), 50);
    }, streaming(['Magnus Thorne.']));
    const { ended, result } = await asked(remoteId);
    expect(result).toMatchObject({ answer: 'Magnus Thorne.' });
    expect(ended.attempt).toBe(2);
  });

  it('does not come to an end is left when the job is cancelled', async () => {
    server.behave((res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(event(delta('Magnus')));
    });
    const { job } = await service.submit(TEXT, { task: 'answer', question: QUESTION, reader: remoteId });
    await until('the reader is asked', async () => server.seen.length > 0);
    await service.client.jobs.cancel(job.id);
    expect(await service.ended(job.id, 10_000)).toMatchObject({ state: 'cancelled' });
    await until('the connection is closed', async () => server.numAborted > 0, 5_000);
  });
});

it('the key stands in no log, and nowhere in Redis', async () => {
  expect(remoteWorker.output.length).toBeGreaterThan(0);
  expect(remoteWorker.output).not.toContain(KEY);
  const held = await everythingIn(service);
  expect(held).toContain('Magnus Thorne'); // the results are there
  expect(held).toContain(remoteId); // and the announcement
  expect(held).not.toContain(KEY);
});

/** All keys and values of the Redis, as text. (DUMP would compress them.) */
async function everythingIn({ redis }: TestService): Promise<string> {
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key), hash: (key) => redis.hgetall(key), list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key), zset: (key) => redis.zrange(key, '0', '-1'), stream: (key) => redis.xrange(key, '-', '+'),
  };
  const found: unknown[] = [];
  for await (const keys of redis.scanStream() as AsyncIterable<string[]>) {
    for (const key of keys) {
      const type = await redis.type(key);
      if (type !== 'none') found.push([key, await readers[type]!(key)]); // none: it expired meanwhile
    }
  }
  return JSON.stringify(found);
}

it('a worker whose reader\'s settings are wrong does not start, and does not repeat them', async () => {
  for (const env of [{ READER: 'http://llm.example.com/v1', READER_MODEL: 'big' }, { READER: server.url }, { READER: server.url, READER_MODEL: 'big', READER_KEY: `${KEY}\nX: y` }]) {
    const worker = service.spawnWorker(env);
    expect((await worker.ended).code).toBe(1);
    expect(worker.output).toMatch(/READER|key holds/);
    expect(worker.output).not.toContain(KEY);
  }
}, 60_000);
