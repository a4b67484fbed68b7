// One worker as a process, the real model, real Redis: what a job goes through when nothing breaks, and what cancels or fails it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFsBlobStore } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const FACTS = [
  'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.',
  'Nothing pleased Ottilie Vasquez so much as a plate of gooseberry tart.',
  'The schooner Amber Gull was launched in 1784 at Kesterfield.',
];
const TEXT = makeText({ numWords: 3_000, planted: FACTS });

let service: TestService;
let worker: TestWorker;
let restingBytes: number;

beforeAll(async () => {
  service = await startService();
  worker = await service.startWorker({ READ_THREADS: '2', LOG_LEVEL: 'debug' });
  restingBytes = await worker.metric('lectern_memory_reserved_bytes');
});

afterAll(async () => {
  await service?.stop();
});

const threadIds = () => new Set([...worker.output.matchAll(/"threadId":(\d+)/g)].map((match) => match[1]));

describe('a worker', () => {
  it('reads a document and answers with a quotation that stands where it says', async () => {
    const { document, job } = await service.submit(TEXT, { task: 'answer', question: 'Who kept the lighthouse at Port Ellery?' });
    const ended = await service.ended(job.id);
    expect(ended).toMatchObject({ state: 'completed' });
    const result = await service.client.jobs.result(job.id);
    expect(result.citations.length).toBeGreaterThan(0);
    for (const { text, startChar, endChar } of result.citations) expect(text).toBe(codePoints(TEXT, startChar, endChar));
    expect(result.citations.map(({ text }) => text).join(' ')).toContain('Magnus Thorne');
    const reading = await service.stores.readings.get((await service.stores.jobs.get('default', job.id))!.readingIds[0]!);
    expect(result.figures).toMatchObject({ tokensRead: reading!.numTokens, chunksEncoded: reading!.numChunks, chunksReused: 0 });
    expect(result.figures.tokensPerSecond).toBeGreaterThan(0);
    expect(await worker.metric('lectern_tokens_read_total', { source: 'computed' })).toBe(reading!.numTokens);
    expect((await service.client.documents.get(document.id)).numTokens).toBe(reading!.numTokens);
  });

  it('encodes nothing again for a second question', async () => {
    const { job } = await service.submit(TEXT, { task: 'answer', question: 'What dish pleased Ottilie Vasquez most?' });
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    const { figures } = await service.client.jobs.result(job.id);
    expect(figures).toMatchObject({ chunksEncoded: 0, readSeconds: 0, tokensPerSecond: 0 });
    expect(figures.chunksReused).toBeGreaterThan(0);
  });

  it('ranks passages without an answer, and only reads when only asked to read', async () => {
    const search = await service.submit(TEXT, { task: 'search', question: 'When was the schooner Amber Gull launched?', top: 3 });
    expect(await service.ended(search.job.id)).toMatchObject({ state: 'completed' });
    const found = await service.client.jobs.result(search.job.id);
    expect(found.answer).toBeUndefined();
    expect(found.passages).toHaveLength(3);
    expect(found.passages![0].text).toContain('Amber Gull');
    for (const { text, startChar, endChar } of found.passages!) expect(text).toBe(codePoints(TEXT, startChar, endChar));
    const read = await service.submit(TEXT, { task: 'read' });
    expect(await service.ended(read.job.id)).toMatchObject({ state: 'completed' });
    expect(await service.client.jobs.result(read.job.id)).toMatchObject({ citations: [], figures: { chunksEncoded: 0 } });
  });

  it('reads once for two jobs that come at the same time', async () => {
    const text = makeText({ numWords: 1_500, seed: 7, planted: FACTS });
    const before = await worker.metric('lectern_tokens_read_total', { source: 'computed' });
    const [a, b] = await Promise.all([
      service.submit(text, { task: 'search', question: 'Who kept the lighthouse at Port Ellery?' }, 'twice.txt'),
      service.submit(text, { task: 'search', question: 'When was the Amber Gull launched?' }, 'twice.txt'),
    ]);
    for (const { job } of [a, b]) expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    const { figures } = await service.client.jobs.result(a.job.id);
    expect(await worker.metric('lectern_tokens_read_total', { source: 'computed' }) - before).toBe(figures.tokensRead);
  });

  it('a new heading over the same text encodes the heading, not the text', async () => {
    const body = makeText({ numWords: 1_800, seed: 5, planted: FACTS });
    const first = await service.submit(`# The first title\n\n${body}`, { task: 'read' }, 'titled.md');
    expect(await service.ended(first.job.id)).toMatchObject({ state: 'completed' });
    const second = await service.submit(`# Another title altogether, of a different length\n\n${body}`, { task: 'search', question: 'When was the schooner Amber Gull launched?' }, 'titled.md');
    expect(await service.ended(second.job.id)).toMatchObject({ state: 'completed' });
    const { figures, passages } = await service.client.jobs.result(second.job.id);
    expect(passages![0].trail).toEqual(['Another title altogether, of a different length']);
    expect(figures.chunksEncoded).toBe(1); // the one that holds the heading itself
    expect(figures.chunksReused).toBeGreaterThan(0);
  });

  it('tells every second how far a reading is, and streams an answer', async () => {
    const text = makeText({ numWords: 2_500, seed: 11, planted: FACTS });
    const { job } = await service.submit(text, { task: 'answer', question: 'Who kept the lighthouse at Port Ellery?' });
    await service.ended(job.id);
    const events = await service.stores.jobs.events('default', job.id, 0, 0);
    const done = events.filter((event) => event.type === 'progress').map((event) => event.data['doneTokens'] as number);
    expect(done.length).toBeGreaterThan(0);
    expect(done).toEqual([...done].sort((x, y) => x - y));
    const { answer } = await service.client.jobs.result(job.id);
    expect(events.filter((event) => event.type === 'delta').map((event) => event.data['text']).join('').trim()).toBe(answer!.trim());
    expect(events.filter((event) => event.type === 'done')).toHaveLength(1);
  });
});

describe('what a worker does not finish', () => {
  it('a cancelled reading stops within a second; thread and model stay; what was read is kept', async () => {
    const text = makeText({ numWords: 12_000, seed: 3 });
    const { job } = await service.submit(text, { task: 'search', question: 'Who mended the nets?' }, 'long.txt');
    const [readingId] = (await service.stores.jobs.get('default', job.id))!.readingIds as [string];
    const kept = await until('some of it is read', async () => {
      const reading = await service.stores.readings.get(readingId);
      return reading && reading.tokensDone > 0 && reading;
    });
    const before = threadIds();
    const started = Date.now();
    await service.client.jobs.cancel(job.id);
    await until('the threads are idle', async () => (await worker.metric('lectern_worker_threads_busy', { pool: 'read' })) === 0, 5_000, 10);
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(await service.client.jobs.get(job.id)).toMatchObject({ state: 'cancelled' });
    expect(kept.tokensDone).toBeLessThan(kept.numTokens);

    const again = await service.submit(TEXT, { task: 'search', question: 'What dish pleased Ottilie Vasquez most?' });
    expect(await service.ended(again.job.id)).toMatchObject({ state: 'completed' });
    expect([...threadIds()].filter((id) => !before.has(id))).toEqual([]);
    expect(await worker.metric('lectern_thread_restarts_total')).toBe(0);
  });

  it('a cancelled answer stops within a second', async () => {
    const { job } = await service.submit(TEXT, { task: 'answer', question: 'Tell the whole story of the village in great detail.', maxOutputTokens: 1024 });
    await until('it answers', async () => (await service.client.jobs.get(job.id)).state === 'answering');
    await sleep(150);
    const started = Date.now();
    await service.client.jobs.cancel(job.id);
    const ended = await service.ended(job.id);
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(ended).toMatchObject({ state: 'cancelled' });
    expect(await worker.metric('lectern_job_cancel_latency_seconds_count')).toBe(1);
  });

  it('a document that cannot be read fails its job with a code, at the first attempt', async () => {
    const document = await service.client.documents.upload('%PDF-1.7\nnothing of a PDF follows', { mediaType: 'application/pdf', name: 'broken.pdf' });
    const job = await service.client.jobs.create({ document: document.id, task: 'answer', question: 'What is it about?' });
    expect(await service.ended(job.id)).toMatchObject({ state: 'failed', error: { code: 'DOCUMENT_UNREADABLE' } });
    expect(await worker.metric('lectern_job_attempts_total', { outcome: 'retry' })).toBe(0);
  });

  it('the ledger holds nothing when all is done', async () => {
    await until('the tasks have ended', async () => (await worker.metric('lectern_worker_threads_busy')) === 0, 5_000);
    expect(await worker.metric('lectern_memory_reserved_bytes')).toBe(restingBytes);
  });
});

describe('a reading whose blobs are damaged', () => {
  it.each([
    ['gone', async (path: string) => rm(path)],
    ['changed by a byte', async (path: string) => {
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] ^= 1;
      await writeFile(path, bytes);
    }],
  ])('a segment is %s: it is encoded again, and the question is answered', async (_, damage) => {
    const blobs = createFsBlobStore(service.blobDir);
    const { job: { id } } = await service.submit(TEXT, { task: 'read' });
    await service.ended(id);
    const [readingId] = (await service.stores.jobs.get('default', id))!.readingIds as [string];
    const plan = JSON.parse((await blobs.get(`readings/${readingId}/plan.json`)).toString()) as { chunks: Array<{ segment: string }> };
    await damage(join(service.blobDir, 'blobs', `${plan.chunks[1].segment}~`));
    const { job } = await service.submit(TEXT, { task: 'search', question: 'Who kept the lighthouse at Port Ellery?' });
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    expect((await service.client.jobs.result(job.id)).figures).toMatchObject({ chunksEncoded: 1, chunksReused: plan.chunks.length - 1 });
  });
});

describe('after a restart', () => {
  it('a worker stops with 0 on SIGTERM and another answers from the stored reading', async () => {
    expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await service.stores.workers.list()).toEqual([]);
    worker = await service.startWorker();
    const { job } = await service.submit(TEXT, { task: 'search', question: 'When was the schooner Amber Gull launched?' });
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    expect((await service.client.jobs.result(job.id)).figures.chunksEncoded).toBe(0);
  });
});
