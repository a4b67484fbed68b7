// The records on a real Redis: readings, and what a crash leaves.
import { newJobId, reconcile, startJob } from '@lectern/shared';
import { describe, expect, test } from 'vitest';
import { deps, DOC, newJob, READING, stateOf, stores, useRecords } from '../support/job-records.ts';

useRecords();

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
