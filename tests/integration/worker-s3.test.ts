// API and worker on an S3 server, through a proxy that can fail: documents and readings live in the bucket, copies of segments on the
// worker's disk; neither damage nor a store that goes away makes a wrong answer.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { makeHome, type TestHome } from '../support/home.ts';
import { S3_KEY, s3ServerBinary, startS3Server, type S3Server } from '../support/s3-server.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const FACT = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const TEXT = makeText({ numWords: 3_000, planted: [FACT] });
const QUESTION = 'Who kept the lighthouse at Port Ellery?';

const binary = s3ServerBinary();

describe.skipIf(binary === undefined)('a service on s3', () => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let home: TestHome;
  let service: TestService;
  let worker: TestWorker;
  let env: Record<string, string>;

  beforeAll(async () => {
    s3 = await startS3Server(binary!);
    proxy = await startFaultProxy(s3.endpoint);
    home = makeHome();
    env = {
      BLOB_STORE: 's3', S3_ENDPOINT: proxy.endpoint, S3_BUCKET: s3.bucket, S3_PREFIX: 'library', S3_ACCESS_KEY_ID: S3_KEY.accessKeyId,
      S3_SECRET_ACCESS_KEY: S3_KEY.secretAccessKey, S3_TIMEOUT_MS: '1000', LECTERN_HOME: home.folder,
    };
    service = await startService(env);
    worker = await service.startWorker({ ...env, LOG_LEVEL: 'debug' });
  });
  afterAll(async () => {
    await service?.stop();
    await proxy?.stop();
    await s3?.stop();
    home?.remove();
  });
  beforeEach(() => { proxy.fault = () => undefined; });

  const event = (name: string): Promise<number> => worker.metric('lectern_segment_cache_total', { event: name });
  const filesIn = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const copies = (): string[] => filesIn(join(home.folder, 'cache'));
  const segments = (): string[] => filesIn(join(s3.folder, s3.bucket, 'library', 'segments'));
  const flip = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
  };
  const search = async () => {
    const { job } = await service.submit(TEXT, { task: 'search', question: QUESTION, top: 3 });
    const ended = await service.ended(job.id);
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ state: 'completed' });
    return service.client.jobs.result(job.id);
  };

  test('reads into the bucket, answers with a quotation that stands where it says, and keeps copies of segments', async () => {
    const { job } = await service.submit(TEXT, { task: 'answer', question: QUESTION });
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    const { citations, figures } = await service.client.jobs.result(job.id);
    for (const { text, startChar, endChar } of citations) expect(text).toBe(codePoints(TEXT, startChar, endChar));
    expect(citations.map(({ text }) => text).join(' ')).toContain('Magnus Thorne');
    expect(segments()).toHaveLength(figures.chunksEncoded);
    expect(readdirSync(service.blobDir)).toEqual([]);
    expect(await event('miss')).toBeGreaterThanOrEqual(figures.chunksEncoded);
    const misses = await event('miss');
    await search();
    expect(await event('miss')).toBe(misses);
    expect(await event('hit')).toBeGreaterThanOrEqual(figures.chunksEncoded);
  });

  test('a bad byte in a copy: fetched again', async () => {
    const before = await search();
    const damaged = copies().reduce((largest, path) => (readFileSync(path).length > readFileSync(largest).length ? path : largest));
    flip(damaged);
    expect((await search()).passages).toEqual(before.passages);
    expect(await event('damaged')).toBe(1);
  });

  test('a bad byte in the bucket: no matter while there is a copy; encoded again when there is none', async () => {
    const before = await search();
    flip(segments()[0]!);
    expect((await search()).figures.chunksEncoded).toBe(0);
    rmSync(join(home.folder, 'cache'), { recursive: true });
    const after = await search();
    expect(after.figures.chunksEncoded).toBe(1);
    expect(after.passages).toEqual(before.passages);
  });

  test('a store that answers 503 and cuts connections for a while: waited for', async () => {
    const before = await search();
    rmSync(join(home.folder, 'cache'), { recursive: true });
    const from = proxy.numRequests;
    proxy.fault = ({ number }) => (number - from > 12 ? undefined : number % 2 === 0 ? { kind: 'status', status: 503 } : { kind: 'truncate', bytes: 20 });
    expect((await search()).passages).toEqual(before.passages);
  });

  test('a store that is away: uploads are told so, jobs fail with its name, and go on when it is back', async () => {
    const { document, job } = await service.submit(TEXT, { task: 'search', question: QUESTION });
    await service.ended(job.id);
    rmSync(join(home.folder, 'cache'), { recursive: true });
    await s3.kill();
    await expect(service.client.documents.upload('another text', { mediaType: 'text/plain' })).rejects.toMatchObject({ code: 'BLOB_STORE_UNAVAILABLE', status: 503 });
    const late = await service.client.jobs.create({ document: document.id, task: 'search', question: QUESTION });
    const failed = await service.ended(late.id);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'BLOB_STORE_UNAVAILABLE', retryable: true } });
    await s3.restart();
    await service.client.jobs.retry(late.id);
    expect(await service.ended(late.id)).toMatchObject({ state: 'completed' });
  });

  test('nothing that was logged holds the secret', () => {
    for (const output of [worker.output, ...service.workers.map((one) => one.output)]) expect(output).not.toContain(S3_KEY.secretAccessKey);
    expect(worker.output).toContain('BLOB_STORE_UNAVAILABLE');
  });

  test('a worker that may not enter does not start, and says why', async () => {
    const refused = service.spawnWorker({ ...env, S3_SECRET_ACCESS_KEY: 'not-the-secret' });
    expect((await refused.ended).code).toBe(1);
    expect(refused.output).toMatch(/"code":"BLOB_STORE_REFUSED".*SignatureDoesNotMatch/);
    expect(refused.output).not.toContain('not-the-secret');
  });
});
