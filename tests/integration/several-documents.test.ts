// Jobs with several documents through real processes and the real model: answers, failures, cancels, and answers from half of the text.
import { once } from 'node:events';
import type { JobEventView, JobRequest } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const LIGHTHOUSE = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const SCHOONER = 'The schooner Amber Gull was launched in 1784 at Kesterfield.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';

let service: TestService;
let worker: TestWorker;

beforeAll(async () => {
  service = await startService();
  worker = await service.startWorker({ READ_THREADS: '2', ENCODE_TASK_CHUNKS: '1' });
});

afterAll(async () => {
  await service?.stop();
});

const upload = async (text: string, name: string) => (await service.client.documents.upload(text, { mediaType: 'text/plain', name })).id;
const create = (documents: string[], more: Omit<Partial<JobRequest>, 'document' | 'documents'> = {}) => service.client.jobs.create({ documents, question: QUESTION, ...more });
const metric = (outcome: string) => worker.metric('lectern_partial_answers_total', { outcome });

describe('several documents', () => {
  it('are read for one question; each quotation names its document and stands there', async () => {
    const texts = [makeText({ numWords: 400, seed: 1 }), makeText({ numWords: 400, seed: 2, planted: [LIGHTHOUSE] }), makeText({ numWords: 400, seed: 3, planted: [SCHOONER] })];
    const documents = await Promise.all(texts.map((text, i) => upload(text, `part-${i}.txt`)));
    const job = await create(documents);
    expect(job.documents).toEqual(documents);
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed', progress: { state: 'sealed', documentsRead: 3, documentsTotal: 3 } });
    const { citations, figures } = await service.client.jobs.result(job.id);
    expect(citations[0]).toMatchObject({ document: documents[1], trail: ['part-1.txt'] });
    for (const { document, text, startChar, endChar } of citations) expect(text).toBe(codePoints(texts[documents.indexOf(document)]!, startChar, endChar));
    const numTokens = (await Promise.all(documents.map((id) => service.client.documents.get(id)))).reduce((sum, d) => sum + d.numTokens!, 0);
    expect(figures).toMatchObject({ tokensRead: numTokens, chunksReused: 0 });

    // A second question about two of them and a new one reads only the new one.
    const fourth = await upload(makeText({ numWords: 300, seed: 4 }), 'part-3.txt');
    const again = await create([documents[2]!, fourth, documents[1]!], { question: 'When was the schooner Amber Gull launched?', task: 'search' });
    expect(await service.ended(again.id)).toMatchObject({ state: 'completed' });
    const second = await service.client.jobs.result(again.id);
    expect(second.passages![0]).toMatchObject({ document: documents[2] });
    expect(second.figures.chunksEncoded).toBeLessThanOrEqual(2);
    expect(second.figures.chunksReused).toBeGreaterThan(0);
  });

  it('of which one cannot be read fail the job with its name; without it the job goes through', async () => {
    const good = await upload(makeText({ numWords: 3_000, seed: 11, planted: [LIGHTHOUSE] }), 'good.txt');
    const bad = (await service.client.documents.upload('%PDF-1.4 and nothing behind it', { mediaType: 'application/pdf', name: 'broken.pdf' })).id;
    const job = await create([good, bad]);
    const ended = await service.ended(job.id);
    expect(ended).toMatchObject({ state: 'failed', error: { details: { document: bad, name: 'broken.pdf' } } });
    expect(ended.error!.message).toContain('broken.pdf');
    // Nobody wants the other reading any more.
    const [readingId] = (await service.stores.jobs.get('default', job.id))!.readingIds;
    await until('the other reading rests', async () => (await service.stores.readings.get(readingId!))?.state === 'new');
    expect(await service.stores.readings.waiting(readingId!)).toEqual([]);
    await service.client.documents.delete(bad);
    await expect(service.client.jobs.retry(job.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await service.ended((await create([good], { task: 'search' })).id)).toMatchObject({ state: 'completed' });
  });

  it('are all given up by a cancel in the middle', async () => {
    const documents = await Promise.all([21, 22, 23].map((seed) => upload(makeText({ numWords: 1_500, seed }), `long-${seed}.txt`)));
    const job = await create(documents);
    await until('a part is read', async () => ((await service.client.jobs.get(job.id)).progress?.tokensDone ?? 0) > 0);
    expect((await service.client.jobs.cancel(job.id)).state).toBe('cancelled');
    await until('the worker rests', async () => (await service.queues.readQueue.getActiveCount()) === 0);
    for (const id of (await service.stores.jobs.get('default', job.id))!.readingIds) {
      expect(await service.stores.readings.get(id)).toMatchObject({ state: 'new' });
      expect(await service.stores.readings.waiting(id)).toEqual([]);
    }
    // A retry goes on where it was.
    await service.client.jobs.retry(job.id);
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    expect((await service.client.jobs.result(job.id)).figures.chunksReused).toBeGreaterThan(0);
  });
});

describe('partial answers', () => {
  const follow = async (id: string): Promise<JobEventView[]> => {
    const events: JobEventView[] = [];
    for await (const event of service.client.jobs.events(id)) if (event.seq !== undefined) events.push(event);
    return events;
  };

  it('come while the documents are read, each from more than the one before, and the answer after them', async () => {
    const documents = [await upload(`${LIGHTHOUSE}\n\n${makeText({ numWords: 2_500, seed: 31 })}`, 'early.txt'), await upload(makeText({ numWords: 1_500, seed: 32 }), 'late.txt')];
    const job = await create(documents, { partial: true });
    const events = await follow(job.id);
    const partials = events.filter((event) => event.type === 'partial').map((event) => event.data as { answer: string; citations: Array<{ document: string; text: string }>; coverage: { tokensRead: number; tokensTotal: number; documentsTotal: number } });
    expect(partials.length).toBeGreaterThanOrEqual(1);
    for (const [i, { coverage }] of partials.entries()) {
      expect(coverage).toMatchObject({ documentsTotal: 2 });
      expect(coverage.tokensRead).toBeLessThan(coverage.tokensTotal);
      expect(coverage.tokensRead).toBeGreaterThan(partials[i - 1]?.coverage.tokensRead ?? 0);
    }
    for (const { citations } of partials) for (const { document } of citations) expect(documents).toContain(document);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { state: 'completed' } });
    expect(events.findLastIndex((e) => e.type === 'partial')).toBeLessThan(events.findIndex((e) => e.data['state'] === 'answering'));
    const ended = await service.client.jobs.get(job.id);
    expect(ended.partial).toBeUndefined();
    expect((await service.client.jobs.result(job.id)).citations[0]).toMatchObject({ text: LIGHTHOUSE });
    expect(await metric('failed')).toBe(0);
    expect(await metric('given')).toBe(partials.length);
  });

  it('of a search hold its passages; the job shows the newest', async () => {
    const document = await upload(`${SCHOONER}\n\n${makeText({ numWords: 3_000, seed: 41 })}`, 'ships.txt');
    const job = await service.client.jobs.create({ document, task: 'search', question: 'When was the schooner Amber Gull launched?', partial: true });
    const { partial } = await until('a partial answer', async () => {
      const view = await service.client.jobs.get(job.id);
      return view.partial ? view : undefined;
    });
    expect(partial!.passages![0]!.text).toContain('Amber Gull');
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
  });

  it('a worker that dies while it makes one delays nothing: the job ends as ever, on another worker', async () => {
    const document = await upload(`${LIGHTHOUSE}\n\n${makeText({ numWords: 3_500, seed: 51 })}`, 'killed.txt');
    const second = await service.startWorker();
    // Both take partial tasks; whichever has it is killed.
    const job = await service.client.jobs.create({ document, question: QUESTION, partial: true, maxOutputTokens: 256 });
    const victim = await until('a partial answer is being made', async () => {
      const [task] = (await service.queues.askQueue.getJobs(['active'])).filter((t) => t?.name === 'partial');
      return task?.processedBy === undefined ? undefined : [worker, second].find((w) => task.processedBy!.endsWith(w.idEnd));
    }, 60_000, 5);
    const gone = once(victim.child, 'exit');
    await victim.kill('SIGKILL');
    await gone;
    expect(await service.ended(job.id)).toMatchObject({ state: 'completed' });
    expect((await service.client.jobs.result(job.id)).citations.map((c) => c.text)).toContain(LIGHTHOUSE);
    expect((await service.stores.jobs.get('default', job.id))!.attempt).toBe(1);
  });
});
