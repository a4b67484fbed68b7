// Records of jobs with several documents, and of partial answers, on a real Redis: who waits for what, and what may be written when.
import { advanceJob, cancelJob, coverageOf, documentIdOf, enqueueAsks, type JobDeps, type JobRecord, jobRequestSchema, newJobId, offerPartial, type PartialResult, reconcile, startJob, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRecords } from '../support/records.ts';

const RESULT = { citations: [], figures: { tokensRead: 1, chunksEncoded: 1, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 } };
const DOCUMENTS = ['a', 'b', 'c'].map((sha256) => documentIdOf('t', 'text/plain', sha256));
const READINGS = ['rd_a', 'rd_b', 'rd_c'];

let redis: Redis;
let stores: Stores;
let deps: JobDeps;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ redis, stores, deps, close } = await openRecords());
});
afterAll(() => close?.());
beforeEach(async () => {
  await redis.flushall();
  for (const id of DOCUMENTS) await stores.documents.put({ id, tenant: 't', name: 'n', mediaType: 'text/plain', sha256: 'x', numBytes: 1, createdAt: new Date().toISOString() });
});

const newJob = (more: Record<string, unknown> = {}): Promise<JobRecord> => stores.jobs.create({
  id: newJobId(), tenant: 't', request: jobRequestSchema.parse({ documents: DOCUMENTS, question: 'q?', ...more }), readingIds: READINGS, model: 'm',
});
const now = async (id: string): Promise<JobRecord> => (await stores.jobs.get('t', id))!;
const seal = async (id: string): Promise<void> => enqueueAsks(deps, 't', await stores.readings.sealed(id));
const numAsks = async (): Promise<number> => deps.askQueue.getWaitingCount();
const waiting = () => Promise.all(READINGS.map((id) => stores.readings.waiting(id)));

describe('a job with several documents', () => {
  test('waits for all of its readings, in whatever order they are sealed, and is asked once', async () => {
    const job = await newJob();
    expect(job).toMatchObject({ readingIds: READINGS });
    expect(await startJob(deps, job)).toBe('start');
    expect(await deps.readQueue.getWaitingCount()).toBe(3);
    for (const [i, id] of ['rd_c', 'rd_a', 'rd_b'].entries()) {
      expect(await numAsks()).toBe(0);
      expect((await now(job.id)).state, String(i)).toBe('reading');
      await seal(id);
    }
    expect(await numAsks()).toBe(1);
    await Promise.all([seal('rd_a'), advanceJob(deps, job), startJob(deps, job)]); // told again
    expect(await numAsks()).toBe(1);
  });

  test('whoever comes last finds all sealed: jobs that start while readings are sealed are never forgotten', async () => {
    for (let round = 0; round < 20; round++) {
      await redis.flushall();
      await beforeEachDocuments();
      const jobs = await Promise.all([newJob(), newJob(), newJob()]);
      await Promise.all([...jobs.map((job) => startJob(deps, job)), seal('rd_a'), seal('rd_b'), seal('rd_c'), ...READINGS.map(seal)]);
      for (const id of READINGS) await seal(id); // those that began after the race
      expect(await numAsks()).toBe(3);
    }
  });

  test('sealed readings are not waited for; one that is made anew meanwhile is waited for again', async () => {
    await startJob(deps, await newJob());
    await seal('rd_a');
    const job = await newJob();
    expect(await startJob(deps, job)).toBe('waiting');
    expect((await waiting()).map((ids) => ids.includes(job.id))).toEqual([false, true, true]);
    await stores.readings.remove('rd_a'); // its blobs were damaged
    await seal('rd_b');
    expect((await waiting()).map((ids) => ids.includes(job.id))).toEqual([true, false, true]);
    await seal('rd_c');
    expect(await numAsks()).toBe(0);
    await seal('rd_a');
    expect(await numAsks()).toBe(2);
  });

  test('a cancel gives all of them up; those that another job wants go on', async () => {
    const job = await newJob();
    await startJob(deps, job);
    const other = await stores.jobs.create({ id: newJobId(), tenant: 't', request: jobRequestSchema.parse({ document: DOCUMENTS[1], question: 'q?' }), readingIds: ['rd_b'], model: 'm' });
    await startJob(deps, other);
    expect((await cancelJob(deps, 't', job.id))?.state).toBe('cancelled');
    expect(await stores.readings.cancelRequested(READINGS)).toEqual(['rd_a', 'rd_c']);
    expect(await waiting()).toEqual([[], [other.id], []]);
  });

  test('no document of it can be removed while it is open; all can be when it has ended', async () => {
    const job = await newJob();
    for (const id of DOCUMENTS) await expect(stores.documents.remove('t', id)).rejects.toMatchObject({ code: 'DOCUMENT_IN_USE' });
    await startJob(deps, job);
    await cancelJob(deps, 't', job.id);
    expect(await stores.documents.remove('t', DOCUMENTS[2]!)).toBe(true);
    // A retry needs all of them, and says which is missing.
    await expect(stores.jobs.retry('t', job.id)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { document: DOCUMENTS[2] } });
    await expect(newJob()).rejects.toMatchObject({ code: 'NOT_FOUND', details: { document: DOCUMENTS[2] } });
    expect(await stores.documents.numJobsInUse('t', DOCUMENTS[0]!)).toBe(0);
  });

  test('what a crash leaves between the seal and the ask task, or in the middle of starting, is repaired', async () => {
    const job = await newJob();
    await stores.jobs.markReading(job.id);
    await stores.readings.await({ id: 'rd_a', tenant: 't', documentId: DOCUMENTS[0]!, model: 'm', keep: 'index' }, job.id); // and the API died
    expect(await reconcile(deps, { graceMs: 0 })).toMatchObject({ jobs: 1 });
    expect((await waiting()).every((ids) => ids.includes(job.id))).toBe(true);
    for (const id of READINGS) await stores.readings.sealed(id); // and the worker died before it told anyone
    expect(await reconcile(deps, { graceMs: 0 })).toMatchObject({ jobs: 1 });
    expect(await numAsks()).toBe(1);
    expect(await reconcile(deps, { graceMs: 0 })).toMatchObject({ jobs: 0 });
  });

  test('a record of the version before is read: one document, one reading', async () => {
    const job = await newJob();
    await redis.hdel(`lectern:job:${job.id}`, 'readingIds', 'documents');
    await redis.hset(`lectern:job:${job.id}`, 'readingId', 'rd_a', 'document', DOCUMENTS[0]!);
    expect(await now(job.id)).toMatchObject({ readingIds: ['rd_a'] });
    await cancelJob(deps, 't', job.id);
    expect(await stores.documents.numJobsInUse('t', DOCUMENTS[0]!)).toBe(0);
  });
});

describe('a partial answer', () => {
  const partial = (tokensRead: number): PartialResult => ({ answer: `from ${tokensRead}`, supported: false, citations: [], coverage: { tokensRead, tokensTotal: 100, documentsRead: 0, documentsTotal: 3 } });

  test('is written while the job reads, only when it stands on more than the one before, and is an event', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    expect(await jobs.setPartial(id, 0, partial(10))).toBe(false); // queued
    await jobs.markReading(id);
    expect(await jobs.setPartial(id, 0, partial(20))).toBe(true);
    expect(await jobs.setPartial(id, 0, partial(20))).toBe(false);
    expect(await jobs.setPartial(id, 0, partial(10))).toBe(false);
    expect(await jobs.setPartial(id, 1, partial(90))).toBe(false); // another run
    expect(await jobs.setPartial(id, 0, partial(30))).toBe(true);
    expect(await now(id)).toMatchObject({ partial: partial(30) });
    const events = await jobs.events('t', id, 0, 0);
    expect(events.filter((e) => e.type === 'partial').map((e) => e.data)).toEqual([partial(20), partial(30)]);
  });

  test('never comes after the answer began, and is forgotten with it', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    await jobs.markReading(id);
    await jobs.setPartial(id, 0, partial(20));
    const attempt = (await jobs.startAttempt(id, 'w'))!;
    expect(await jobs.setPartial(id, 0, partial(50))).toBe(false);
    expect((await now(id)).partial).toBeDefined();
    await jobs.complete(id, attempt, RESULT);
    expect((await now(id)).partial).toBeUndefined();
    expect(await jobs.setPartial(id, 0, partial(60))).toBe(false);
    expect(await jobs.result('t', id)).toEqual(RESULT);
  });

  test('of a cancelled job stays with it, and a retry begins without', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    await jobs.markReading(id);
    await jobs.setPartial(id, 0, partial(20));
    await cancelJob(deps, 't', id);
    expect((await now(id)).partial).toEqual(partial(20));
    expect(await jobs.setPartial(id, 0, partial(30))).toBe(false);
    expect((await jobs.retry('t', id))!.partial).toBeUndefined();
    await jobs.markReading(id);
    expect(await jobs.setPartial(id, 1, partial(5))).toBe(true); // the new run begins from nothing
  });

  const plan = async (id: string, numTokens: number): Promise<void> => {
    await stores.readings.startPlanning(id);
    await stores.readings.planned(id, { numTokens, numChunks: 10, numBlocks: 20 });
  };
  const partialIds = async (): Promise<string[]> => (await deps.askQueue.getPrioritized()).map((task) => task.id!.replace(/^partial-job_\w+-/, '')).sort();

  test('is offered as soon as something is stored, at a quarter and at half of the tokens of all documents, once each', async () => {
    const job = await newJob({ partial: true });
    await startJob(deps, job);
    for (const id of READINGS) await plan(id, 100);
    await offerPartial(deps, job);
    expect(await partialIds()).toEqual([]); // nothing is stored
    for (let index = 0; index < 10; index++) {
      await stores.readings.chunkDone('rd_a', { index, numTokens: 10, reused: false });
      await offerPartial(deps, job);
    }
    expect(await partialIds()).toEqual(['0-0', '0-1']);
    for (let index = 0; index < 10; index++) await stores.readings.chunkDone('rd_b', { index, numTokens: 10, reused: false });
    await seal('rd_b');
    await offerPartial(deps, job);
    expect(await partialIds()).toEqual(['0-0', '0-1', '0-2']);
    const task = (await deps.askQueue.getPrioritized())[0]!;
    expect(task.data).toEqual({ v: 2, tenant: 't', jobId: job.id, partial: { run: 0 } });
    expect(task.opts.attempts).toBe(1);
    expect(coverageOf(await stores.readings.getMany(READINGS))).toEqual({ tokensRead: 200, tokensTotal: 300, documentsRead: 1, documentsTotal: 3 });
    expect([...(await stores.readings.storedChunks(['rd_a', 'rd_b']))].map((bits) => [...bits])).toEqual([[0xff, 0xc0], []]);
  });

  test('is offered at once to a job that comes to a reading under way, and to none that did not ask', async () => {
    await startJob(deps, await newJob());
    for (const id of READINGS) await plan(id, 100);
    await stores.readings.chunkDone('rd_a', { index: 3, numTokens: 10, reused: false });
    await startJob(deps, await newJob());
    expect(await partialIds()).toEqual([]);
    await startJob(deps, await newJob({ partial: true }));
    expect(await partialIds()).toEqual(['0-0']);
  });

  test('an answer goes before it in the queue', async () => {
    await deps.askQueue.add('partial', {}, { jobId: 'partial-x', priority: 10 });
    await deps.askQueue.add('ask', {}, { jobId: 'ask-y' });
    expect([await deps.askQueue.getWaitingCount(), await deps.askQueue.getPrioritizedCount()]).toEqual([1, 1]);
  });
});

async function beforeEachDocuments(): Promise<void> {
  for (const id of DOCUMENTS) await stores.documents.put({ id, tenant: 't', name: 'n', mediaType: 'text/plain', sha256: 'x', numBytes: 1, createdAt: new Date().toISOString() });
}
