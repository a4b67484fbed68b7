// The records on a real Redis: jobs: every transition, who may make it, and what happens when two try at once.
import { cancelJob, createStores, newJobId, startJob } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { deps, newJob, putDocument, READING, redis, RESULT, stateOf, stores, typesOf, useRecords } from '../support/job-records.ts';

useRecords();

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
