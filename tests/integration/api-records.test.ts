// The records on a real Redis: every transition, who may make it, and what happens when two try at once.
import { createStores, documentIdOf, type JobRecord, type JobRequest, newJobId, reconcile, cancelJob, startJob, type Stores, type JobDeps } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRecords } from '../support/records.ts';

const RESULT = { answer: 'yes', supported: true, citations: [], figures: { tokensRead: 1, chunksEncoded: 1, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 } };
const DOC = documentIdOf('t', 'text/plain', 'x');
const READING = 'rd_1';

let redis: Redis;
let stores: Stores;
let deps: JobDeps;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ redis, stores, deps, close } = await openRecords({ maxOpenJobs: 100 }));
});
afterAll(() => close?.());
beforeEach(async () => {
  await redis.flushall();
  await putDocument('t');
});

const putDocument = (tenant: string, id = DOC, createdAt = new Date().toISOString()) =>
  stores.documents.put({ id, tenant, name: 'n', mediaType: 'text/plain', sha256: 'x', numBytes: 1, createdAt });
const request = (more: Partial<JobRequest> = {}): JobRequest => ({ document: DOC, task: 'answer', question: 'q?', mode: 'reread', top: 8, maxOutputTokens: 96, keep: 'index', partial: false, effort: 'normal', ...more });
const newJob = (tenant = 't', id = newJobId()): Promise<JobRecord> => stores.jobs.create({ id, tenant, request: request(), readingIds: [READING], model: 'm' });
const stateOf = async (id: string): Promise<string | undefined> => (await stores.jobs.get('t', id))?.state;
const typesOf = async (id: string, after = 0): Promise<string[]> => (await stores.jobs.events('t', id, after, 0)).map((e) => `${e.seq} ${e.type} ${String(e.data['state'] ?? '')}`.trim());

describe('a job from beginning to end', () => {
  test('queued, reading, answering, completed: with numbered events and the result', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    expect(await jobs.markReading(id)).toBe(true);
    const attempt = await jobs.startAttempt(id, 'host:1');
    expect(attempt).toBe(1);
    expect(await jobs.appendEvent(id, 'delta', { text: 'y' }, attempt)).toBe(4);
    expect(await jobs.complete(id, attempt!, RESULT)).toBe(true);
    expect(await jobs.get('t', id)).toMatchObject({ state: 'completed', attempt: 1, worker: 'host:1', seq: 5, run: 0 });
    expect(await typesOf(id)).toEqual(['1 state queued', '2 state reading', '3 state answering', '4 delta', '5 done completed']);
    expect(await jobs.result('t', id)).toEqual(RESULT);
    expect(await jobs.numOpen()).toBe(0);
  });

  test('a terminal state is final', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    const attempt = (await jobs.startAttempt(id, 'w'))!;
    await jobs.complete(id, attempt, RESULT);
    expect(await jobs.markReading(id)).toBe(false);
    expect(await jobs.startAttempt(id, 'w')).toBeUndefined();
    expect(await jobs.complete(id, attempt, RESULT)).toBe(false);
    expect(await jobs.fail(id, { code: 'INTERNAL', message: 'm' })).toBe(false);
    expect(await jobs.requestCancel('t', id)).toBe('completed');
    expect(await jobs.cancelled(id)).toBe(false);
    expect(await jobs.appendEvent(id, 'delta', {})).toBe(0);
    expect(await jobs.nextRun(id, 0)).toBeUndefined();
    await expect(jobs.retry('t', id)).rejects.toMatchObject({ code: 'VALIDATION' });
    expect(await stateOf(id)).toBe('completed');
    expect((await jobs.get('t', id))!.seq).toBe(3);
  });

  test('a stale attempt changes nothing', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    const first = (await jobs.startAttempt(id, 'dead'))!;
    const second = (await jobs.startAttempt(id, 'alive'))!;
    expect(second).toBe(first + 1);
    expect(await jobs.appendEvent(id, 'delta', { text: 'stale' }, first)).toBe(0);
    expect(await jobs.complete(id, first, RESULT)).toBe(false);
    expect(await jobs.fail(id, { code: 'INTERNAL', message: 'm' }, first)).toBe(false);
    expect(await stateOf(id)).toBe('answering');
    expect(await jobs.complete(id, second, RESULT)).toBe(true);
  });

  test('of 20 who complete at once, one does', async () => {
    const { id } = await newJob();
    const attempt = (await stores.jobs.startAttempt(id, 'w'))!;
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? stores.jobs.complete(id, attempt, RESULT) : stores.jobs.fail(id, { code: 'INTERNAL', message: 'm' }, attempt))));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await typesOf(id)).filter((t) => t.includes('done'))).toHaveLength(1);
  });

  test('creating the same id twice is one job; another tenant does not get it', async () => {
    const id = newJobId();
    const jobs = await Promise.all(Array.from({ length: 10 }, () => newJob('t', id)));
    expect(new Set(jobs.map((j) => j.createdAt)).size).toBe(1);
    expect(await typesOf(id)).toEqual(['1 state queued']);
    await putDocument('other');
    await expect(newJob('other', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('no document, no job; too many open jobs, no job', async () => {
    await expect(newJob('stranger')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await Promise.all(Array.from({ length: 100 }, () => newJob()));
    await expect(newJob()).rejects.toMatchObject({ code: 'QUEUE_FULL', details: { limit: 100, actual: 100 } });
  });

  test('a failed job can run again: its events go on, its old error is gone', async () => {
    const { jobs } = stores;
    const { id } = await newJob();
    await jobs.startAttempt(id, 'w');
    await jobs.fail(id, { code: 'TIMEOUT', message: 'slow' }, 1);
    expect(await jobs.get('t', id)).toMatchObject({ state: 'failed', error: { code: 'TIMEOUT', message: 'slow' } });
    const again = await jobs.retry('t', id);
    expect(again).toMatchObject({ state: 'queued', run: 1, attempt: 1 });
    expect(again).not.toHaveProperty('error');
    expect(again).not.toHaveProperty('finishedAt');
    await expect(jobs.retry('t', id)).rejects.toMatchObject({ code: 'NOT_TERMINAL' });
    expect(await jobs.startAttempt(id, 'w')).toBe(2);
    await jobs.complete(id, 2, RESULT);
    expect(await typesOf(id, 2)).toEqual(['3 done failed', '4 state queued', '5 state answering', '6 done completed']);
    expect(await redis.ttl(`lectern:job:${id}`)).toBeGreaterThan(3600);
  });

  test('what has ended goes away: the result first, then the record and its places in the lists', async () => {
    const short = createStores(redis, { jobTtlMs: 300 });
    const { id } = await newJob();
    const attempt = (await short.jobs.startAttempt(id, 'w'))!;
    await short.jobs.complete(id, attempt, RESULT);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await short.jobs.result('t', id)).toBeUndefined();
    expect(await short.jobs.events('t', id, 0, 0)).toEqual([]);
    expect((await short.jobs.get('t', id))?.state).toBe('completed');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await short.jobs.get('t', id)).toBeUndefined();
    const next = await newJob(); // any new job sweeps
    await short.jobs.requestCancel('t', next.id);
    await short.jobs.remove('t', next.id);
    const left = (await redis.keys('*')).filter((key) => !key.includes(':doc'));
    expect(left).toEqual([]);
  });
});

describe('cancelling', () => {
  test('queued and reading jobs at once, answering ones through their worker; twice is the same', async () => {
    const { jobs } = stores;
    const queued = await newJob();
    expect(await jobs.requestCancel('t', queued.id)).toBe('cancelled');
    expect(await jobs.requestCancel('t', queued.id)).toBe('cancelled');
    const answering = await newJob();
    const attempt = (await jobs.startAttempt(answering.id, 'w'))!;
    expect(await jobs.cancelRequested([queued.id, answering.id])).toEqual([queued.id]);
    expect(await jobs.requestCancel('t', answering.id)).toBe('cancelling');
    expect(await jobs.requestCancel('t', answering.id)).toBe('cancelling');
    expect(await jobs.cancelRequested([answering.id])).toEqual([answering.id]);
    expect(await jobs.complete(answering.id, attempt, RESULT)).toBe(false);
    expect(await jobs.startAttempt(answering.id, 'w')).toBeUndefined();
    expect(await jobs.cancelled(answering.id)).toBe(true);
    expect(await typesOf(answering.id)).toEqual(['1 state queued', '2 state answering', '3 state cancelling', '4 done cancelled']);
    expect(await jobs.requestCancel('stranger', answering.id)).toBeUndefined();
  });

  test('of a cancel and a completion at once, exactly one wins', async () => {
    for (let i = 0; i < 20; i++) {
      const { id } = await newJob();
      const attempt = (await stores.jobs.startAttempt(id, 'w'))!;
      const [completed] = await Promise.all([stores.jobs.complete(id, attempt, RESULT), stores.jobs.requestCancel('t', id)]);
      expect(await stateOf(id)).toBe(completed ? 'completed' : 'cancelling');
    }
  });

  test('the last one who waited for a reading stops it; a task that waits in the queue is taken out', async () => {
    const [a, b] = [await newJob(), await newJob()];
    expect(await startJob(deps, a)).toBe('start');
    expect(await startJob(deps, b)).toBe('waiting');
    expect(await deps.readQueue.getWaitingCount()).toBe(1);
    expect((await cancelJob(deps, 't', a.id))?.state).toBe('cancelled');
    expect(await stores.readings.cancelRequested([READING])).toEqual([]);
    expect((await cancelJob(deps, 't', b.id))?.state).toBe('cancelled');
    expect(await stores.readings.cancelRequested([READING])).toEqual([READING]);
    expect(await stores.readings.get(READING)).toMatchObject({ state: 'new' });
    // Somebody wants it again: a new flow, and the old wish to stop is forgotten.
    expect(await startJob(deps, await newJob())).toBe('start');
    expect(await stores.readings.cancelRequested([READING])).toEqual([]);
    await stores.readings.sealed(READING);
    const c = await newJob();
    expect(await startJob(deps, c)).toBe('sealed');
    await stores.jobs.startAttempt(c.id, 'w'); // it failed on a worker and waits in the queue for its next attempt
    expect((await cancelJob(deps, 't', c.id))?.state).toBe('cancelled');
    expect(await deps.askQueue.getWaitingCount()).toBe(0);
  });
});

describe('a reading', () => {
  const reading = { id: READING, tenant: 't', documentId: DOC, model: 'm', keep: 'index' as const };

  test('of 50 who want it at once, one starts it; sealing gives back all who waited', async () => {
    const { readings } = stores;
    const ids = Array.from({ length: 50 }, newJobId);
    const outcomes = await Promise.all(ids.map((id) => readings.await(reading, id)));
    expect(outcomes.filter((o) => o === 'start')).toHaveLength(1);
    expect(outcomes.filter((o) => o === 'waiting')).toHaveLength(49);
    await readings.startPlanning(READING);
    await readings.planned(READING, { numTokens: 30, numChunks: 3, numBlocks: 2 });
    expect(await readings.get(READING)).toMatchObject({ state: 'encoding', numTokens: 30, numChunks: 3 });
    await Promise.all([0, 1, 1, 1, 0].map((index) => readings.chunkDone(READING, { index, numTokens: 10, reused: index === 0 })));
    expect(await readings.get(READING)).toMatchObject({ state: 'encoding', tokensDone: 20, chunksEncoded: 1, chunksReused: 1, tokensEncoded: 10 });
    await readings.chunkDone(READING, { index: 2, numTokens: 10, reused: false });
    expect(await readings.get(READING)).toMatchObject({ state: 'sealing', tokensDone: 30 });
    expect((await readings.sealed(READING)).sort()).toEqual([...ids].sort());
    expect(await readings.sealed(READING)).toEqual([]);
    expect(await readings.await(reading, newJobId())).toBe('sealed');
    expect(await readings.unfinished()).toEqual([]);
  });

  test('after a failure the next one starts it anew', async () => {
    const { readings } = stores;
    await readings.await(reading, 'job_a');
    await readings.startPlanning(READING);
    expect(await readings.failed(READING, { code: 'DOCUMENT_ENCRYPTED', message: 'locked' })).toEqual(['job_a']);
    expect(await readings.get(READING)).toMatchObject({ state: 'failed', error: { code: 'DOCUMENT_ENCRYPTED', message: 'locked' } });
    expect(await readings.await(reading, 'job_b')).toBe('start');
    await readings.startPlanning(READING);
    expect(await readings.get(READING)).not.toHaveProperty('error');
    await readings.sealed(READING);
    expect(await readings.failed(READING, { code: 'INTERNAL', message: 'late' })).toEqual([]);
    expect(await readings.get(READING)).toMatchObject({ state: 'sealed' });
  });

  test('is not forgotten while somebody waits for it', async () => {
    await stores.readings.await(reading, 'job_a');
    await stores.readings.remove(READING);
    expect(await stores.readings.get(READING)).toMatchObject({ state: 'new' });
    await stores.readings.sealed(READING);
    await stores.readings.remove(READING);
    expect(await stores.readings.get(READING)).toBeUndefined();
    expect(await stores.readings.ofDocument('t', DOC)).toEqual([]);
  });

  test('of 10 who restart a lost flow, one does', async () => {
    await stores.readings.await(reading, 'job_a');
    const { flow } = (await stores.readings.get(READING))!;
    const flows = await Promise.all(Array.from({ length: 10 }, () => stores.readings.restart(READING, flow)));
    expect(flows.filter((f) => f !== undefined)).toHaveLength(1);
  });
});

describe('repairing what a crash leaves', () => {
  const run = () => reconcile(deps, { graceMs: 0 });

  test('a job whose maker died before it could start; running it again repairs nothing more', async () => {
    const job = await newJob();
    expect(await reconcile(deps)).toMatchObject({ jobs: 0 }); // it is young: its maker may be at it
    expect(await run()).toMatchObject({ jobs: 1 });
    expect(await deps.readQueue.getWaitingCount()).toBe(1);
    expect(await stateOf(job.id)).toBe('reading');
    expect(await run()).toEqual({ readings: 0, jobs: 0, gaveUp: 0, stalled: 0 });
  });

  test('a reading whose task was never added, or is lost', async () => {
    const job = await newJob();
    await stores.jobs.markReading(job.id);
    await stores.readings.await({ id: READING, tenant: 't', documentId: DOC, model: 'm', keep: 'index' }, job.id);
    expect(await run()).toMatchObject({ readings: 1 });
    expect(await deps.readQueue.getWaitingCount()).toBe(1);
    await stores.readings.startPlanning(READING);
    await deps.readQueue.obliterate({ force: true });
    expect(await run()).toMatchObject({ readings: 1 });
    expect(await deps.readQueue.getWaitingCount()).toBe(1);
    expect((await stores.readings.get(READING))?.state).toBe('new');
  });

  test('a sealed reading whose waiting job was never told; a lost ask task; one that never ends well', async () => {
    const job = await newJob();
    await startJob(deps, job);
    await stores.readings.sealed(READING); // and the worker died before it added the ask tasks
    expect(await run()).toMatchObject({ jobs: 1 });
    expect((await deps.askQueue.getJob(`ask-${job.id}-0`))?.data).toEqual({ v: 2, tenant: 't', jobId: job.id });
    await stores.jobs.startAttempt(job.id, 'w');
    await deps.askQueue.obliterate({ force: true });
    await run();
    expect(await deps.askQueue.getWaitingCount()).toBe(1);
    for (let i = 0; i < 8; i++) await stores.jobs.startAttempt(job.id, 'w');
    await deps.askQueue.obliterate({ force: true });
    expect(await run()).toMatchObject({ stalled: 1 });
    expect(await stores.jobs.get('t', job.id)).toMatchObject({ state: 'failed', error: { code: 'STALLED' } });
  });

  test('jobs that ended while they waited, and a cancel that no worker will answer', async () => {
    const [a, b] = [await newJob(), await newJob()];
    await startJob(deps, a);
    await stores.readings.startPlanning(READING);
    await stores.jobs.requestCancel('t', a.id); // and the one who cancelled died before giveUp
    expect(await run()).toMatchObject({ gaveUp: 1, jobs: 1 }); // b was never started
    await stores.readings.sealed(READING);
    await stores.jobs.startAttempt(b.id, 'dead');
    await stores.jobs.requestCancel('t', b.id);
    await run();
    expect(await stateOf(b.id)).toBe('cancelled');
  });
});

describe('lists', () => {
  test('jobs: newest first, every job once, also by state', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) ids.push((await newJob()).id);
    for (const id of ids.filter((_, i) => i % 5 === 0)) await stores.jobs.requestCancel('t', id);
    const pagesOf = async (state?: 'queued' | 'cancelled'): Promise<string[]> => {
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await stores.jobs.list('t', { limit: 4, after, state });
        seen.push(...page.data.map((j) => j.id));
        if (!page.hasMore) return seen;
        after = page.data.at(-1)!.id;
      }
    };
    expect(await pagesOf()).toEqual([...ids].sort().reverse());
    expect((await pagesOf('cancelled')).sort()).toEqual(ids.filter((_, i) => i % 5 === 0).sort());
    expect(await pagesOf('queued')).toHaveLength(20);
    expect((await stores.jobs.list('stranger', { limit: 10 })).data).toEqual([]);
    const open: string[] = [];
    for await (const job of stores.jobs.open()) open.push(job.id);
    expect(new Set(open).size).toBe(20);
  });

  test('what planning found out about a document is kept with it, its notes too', async () => {
    const known = await stores.documents.get('t', DOC);
    await stores.documents.update('t', DOC, { numChars: 12, numPages: 2, notes: ['page 2 has no text layer', 'größer 😀'] });
    expect(await stores.documents.get('t', DOC)).toEqual({ ...known, numChars: 12, numPages: 2, notes: ['page 2 has no text layer', 'größer 😀'] });
    await stores.documents.update('t', 'doc_gone', { notes: ['x'] });
    expect(await stores.documents.get('t', 'doc_gone')).toBeUndefined();
  });

  test('documents: newest first; a cursor whose document was deleted still works', async () => {
    await redis.flushall();
    const ids = Array.from({ length: 9 }, (_, i) => documentIdOf('t', 'text/plain', String(i)));
    for (const [i, id] of ids.entries()) await putDocument('t', id, new Date(1_700_000_000_000 + i).toISOString());
    const first = await stores.documents.list('t', { limit: 4 });
    expect(first.data.map((d) => d.id)).toEqual(ids.slice(5).reverse());
    await stores.documents.remove('t', ids[5]!);
    const second = await stores.documents.list('t', { limit: 4, after: first.cursor });
    expect(second.data.map((d) => d.id)).toEqual(ids.slice(1, 5).reverse());
    const third = await stores.documents.list('t', { limit: 4, after: second.cursor });
    expect(third).toMatchObject({ hasMore: false });
    expect(third.data.map((d) => d.id)).toEqual([ids[0]]);
  });

  test('a document in use cannot be deleted, and a job cannot be made of a deleted one: one of the two wins', async () => {
    for (let i = 0; i < 10; i++) {
      const [made, removed] = await Promise.allSettled([newJob(), stores.documents.remove('t', DOC)]);
      expect([made.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (made.status === 'fulfilled') await stores.jobs.requestCancel('t', made.value.id);
      await putDocument('t');
    }
  });
});

describe('events', () => {
  test('one who waits is woken; nothing comes twice or is left out while others write', async () => {
    const { id } = await newJob();
    const attempt = (await stores.jobs.startAttempt(id, 'w'))!;
    const seen: number[] = [];
    const reader = (async () => {
      for (let after = 0; ;) {
        const events = await stores.jobs.events('t', id, after, 5_000);
        seen.push(...events.map((e) => e.seq));
        after = seen.at(-1)!;
        if (events.at(-1)?.type === 'done') return;
      }
    })();
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => stores.jobs.appendEvent(id, 'delta', { text: String(i) }, attempt)));
    await stores.jobs.complete(id, attempt, RESULT);
    await reader;
    expect(seen).toEqual(Array.from({ length: 1_203 }, (_, i) => i + 1));
  });

  test('waiting ends with its time, or at once when told to', async () => {
    const { id } = await newJob();
    const start = Date.now();
    expect(await stores.jobs.events('t', id, 1, 300)).toEqual([]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(290);
    const abort = new AbortController();
    const waiting = stores.jobs.events('t', id, 1, 60_000, abort.signal);
    setTimeout(() => abort.abort(), 100);
    expect(await waiting).toEqual([]);
    expect(await stores.jobs.events('stranger', id, 0, 60_000)).toEqual([]);
  });
});

describe('idempotency keys', () => {
  test('of 50 at once one goes, the same job id is given again after its holder died, and the answer is kept', async () => {
    const { idempotency } = stores;
    const turns = await Promise.all(Array.from({ length: 50 }, () => idempotency.begin('t', 'key', 'print', newJobId())));
    const goes = turns.filter((t) => t.kind === 'go');
    expect(goes).toHaveLength(1);
    expect(turns.filter((t) => t.kind === 'in-flight')).toHaveLength(49);
    const [{ jobId }] = goes as [{ kind: 'go'; jobId: string }];
    const [key] = await redis.keys('lectern:tenant:t:idempotency:*');
    await redis.hset(key!, 'busyUntil', Date.now() - 1); // its holder died
    expect(await idempotency.begin('t', 'key', 'print', newJobId())).toEqual({ kind: 'go', jobId });
    expect(await idempotency.begin('t', 'key', 'other', newJobId())).toEqual({ kind: 'mismatch' });
    expect((await idempotency.begin('stranger', 'key', 'other', newJobId())).kind).toBe('go');
    const response = { status: 202, headers: { Location: 'x' }, body: { id: jobId } };
    await idempotency.finish('t', 'key', jobId, response);
    await idempotency.abandon('t', 'key', jobId); // too late: it is answered
    expect(await idempotency.begin('t', 'key', 'print', newJobId())).toEqual({ kind: 'replay', response });
    expect(await redis.pttl(key!)).toBeGreaterThan(0);
  });
});

describe('workers', () => {
  test('are listed while they announce themselves', async () => {
    const worker = { id: 'h:1', startedAt: 't', engine: 'native', device: 'avx2', models: [], readThreads: 1, askThreads: 1, residentBytes: 1, memoryLimitBytes: 2 };
    await stores.workers.announce(worker, 300);
    await stores.workers.announce({ ...worker, id: 'h:2' }, 60_000);
    expect((await stores.workers.list()).map((w) => w.id).sort()).toEqual(['h:1', 'h:2']);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await stores.workers.list()).map((w) => w.id)).toEqual(['h:2']);
    await stores.workers.withdraw('h:2');
    expect(await stores.workers.list()).toEqual([]);
  });
});
