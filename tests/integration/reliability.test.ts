// What happens to a job when workers die, stop, or lose their lock in the middle of a reading: it finishes once, and nothing is lost.
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueEvents, type Job } from 'bullmq';
import { bullPrefix, connectRedis, QUEUES, TERMINAL_JOB_STATES } from '@lectern/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { startRedisProcess, type TestRedisProcess } from '../support/redis.ts';
import { LOCK_DURATION_MS, STALLED_INTERVAL_MS, startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const FACTS = [
  'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.',
  'The schooner Amber Gull was launched in 1784 at Kesterfield.',
];
const QUESTION = 'Who kept the lighthouse at Port Ellery?';
/** What a busy machine adds to timers. */
const SLACK_MS = 1_500;

let service: TestService;
const ends: Array<() => Promise<void>> = [];

beforeEach(async () => {
  service = await startService();
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await service?.stop();
});

/** Task id -> when it was taken back from a worker that shows no life. */
async function watchStalls(): Promise<Map<string, number>> {
  const redis = await connectRedis(service.redisUrl, { role: 'worker' });
  const events = new QueueEvents(QUEUES.read, { connection: redis, prefix: bullPrefix() });
  ends.push(async () => {
    await events.close();
    redis.disconnect();
  });
  const stalledAt = new Map<string, number>();
  events.on('stalled', ({ jobId }) => stalledAt.set(jobId, Date.now()));
  await events.waitUntilReady();
  return stalledAt;
}

const readingOf = async (jobId: string) => {
  const job = await service.stores.jobs.get('default', jobId);
  return (await service.stores.readings.get(job!.readingIds[0]!))!;
};

const encodeTaskOf = async (worker: TestWorker): Promise<Job | undefined> =>
  (await service.queues.readQueue.getJobs(['active'])).find((task) => task?.name === 'encode' && task.processedBy?.endsWith(worker.idEnd));

/** Completed, once, by one attempt, with the right quotation; and every chunk of the reading counted once. */
async function expectFinishedOnce(jobId: string, text: string, workers: readonly TestWorker[]): Promise<void> {
  expect(await service.client.jobs.get(jobId)).toMatchObject({ state: 'completed' });
  const events = await service.stores.jobs.events('default', jobId, 0, 0);
  expect(events.filter((event) => event.type === 'done')).toHaveLength(1);
  expect((await service.stores.jobs.get('default', jobId))!.attempt).toBe(1);
  const finished = await Promise.all(workers.map((worker) => worker.metric('lectern_jobs_finished_total')));
  expect(finished.reduce((sum, n) => sum + n, 0)).toBe(1);
  const reading = await readingOf(jobId);
  expect(reading).toMatchObject({ state: 'sealed', tokensDone: reading.numTokens });
  expect(reading.chunksEncoded + reading.chunksReused).toBe(reading.numChunks);
  const { passages } = await service.client.jobs.result(jobId);
  expect(passages!.slice(0, 2).map((passage) => passage.text).join(' ')).toContain('lighthouse at Port Ellery'); // a block may end within the sentence
  expect(passages![0].text).toBe(codePoints(text, passages![0].startChar, passages![0].endChar));
}

describe('three workers', () => {
  it('one is killed in the middle of a reading: the others take over within lock + 2 intervals, and the job finishes once', async () => {
    const workers = [1, 2, 3].map(() => service.spawnWorker());
    await Promise.all(workers.map((worker) => worker.ready()));
    const text = makeText({ numWords: 4_500, seed: 21, planted: FACTS });
    const stalledAt = await watchStalls();

    const { job } = await service.submit(text, { task: 'search', question: QUESTION });
    await until('a part is read', async () => (await readingOf(job.id)).tokensDone > 0);
    const { victim, task } = await until('a worker encodes', async () => {
      for (const worker of workers) {
        const active = await encodeTaskOf(worker);
        if (active) return { victim: worker, task: active };
      }
      return undefined;
    });
    await victim.kill('SIGKILL');
    const killedAt = Date.now();
    expect((await readingOf(job.id)).state).toBe('encoding');

    await until('its task is taken back', async () => stalledAt.has(task.id!), 20_000, 10);
    expect(stalledAt.get(task.id!)! - killedAt).toBeLessThan(LOCK_DURATION_MS + 2 * STALLED_INTERVAL_MS + SLACK_MS);
    await service.ended(job.id);
    await expectFinishedOnce(job.id, text, workers.filter((worker) => worker !== victim));
    const again = (await service.queues.readQueue.getJob(task.id!))!;
    expect(again.processedBy?.endsWith(victim.idEnd)).toBe(false);
  });
});

describe('a worker that is told to stop', () => {
  it('hands its reading back before the deadline: no attempt is used up, what is stored is not encoded again', async () => {
    const first = await service.startWorker({ READ_THREADS: '2', SHUTDOWN_TIMEOUT_MS: '5000' });
    const text = makeText({ numWords: 5_000, seed: 22, planted: FACTS });
    const { job } = await service.submit(text, { task: 'search', question: QUESTION });
    await until('a part is read', async () => (await readingOf(job.id)).tokensDone > 0);
    const started = Date.now();
    expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(Date.now() - started).toBeLessThan(5_000);

    const kept = await readingOf(job.id);
    expect(kept.state).toBe('encoding');
    const encodes = (await service.queues.readQueue.getJobs(['waiting', 'prioritized', 'delayed', 'active'])).filter((task) => task.name === 'encode');
    expect(encodes.length).toBeGreaterThan(0);
    for (const task of encodes) {
      expect(task.attemptsMade).toBe(0);
      expect(await task.getState()).toMatch(/waiting|prioritized/);
    }
    const second = await service.startWorker({ READ_THREADS: '2' });
    await service.ended(job.id);
    await expectFinishedOnce(job.id, text, [second]);
    const encoded = await second.metric('lectern_chunks_total', { source: 'computed' });
    const reading = await readingOf(job.id);
    expect(encoded).toBe(reading.numChunks - kept.chunksEncoded);
  });

  it('exits at once on a second signal', async () => {
    await service.stop();
    let redis!: TestRedisProcess;
    service = await startService({}, async () => { redis = await startRedisProcess(); return redis; });
    const worker = await service.startWorker({ SHUTDOWN_TIMEOUT_MS: '60000' });
    await service.submit(makeText({ numWords: 4_000, seed: 23 }), { task: 'read' });
    await until('it encodes', async () => encodeTaskOf(worker));
    redis.pause(); // nothing can be handed back: draining lasts until its deadline
    worker.child.kill('SIGTERM');
    await worker.printed(/"msg":"draining"/);
    const second = Date.now();
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toEqual({ code: 130, signal: null });
    expect(Date.now() - second).toBeLessThan(5_000);
    redis.resume();
  });
});

describe('a Redis that goes away in the middle of a reading', () => {
  it.each([
    ['is killed and comes back', 2_000, async (redis: TestRedisProcess, ms: number) => { await redis.kill(); await sleep(ms); await redis.restart(); }],
    ['does not answer for longer than a lock lives', LOCK_DURATION_MS * 2, async (redis: TestRedisProcess, ms: number) => { redis.pause(); await sleep(ms); redis.resume(); }],
  ])('%s: the worker goes on and the job finishes once', async (_, ms, disturb) => {
    await service.stop();
    let redis!: TestRedisProcess;
    service = await startService({}, async () => { redis = await startRedisProcess(); return redis; });
    const worker = await service.startWorker({ READ_THREADS: '2' });
    const text = makeText({ numWords: 3_500, seed: 29, planted: FACTS });
    const { job } = await service.submit(text, { task: 'search', question: QUESTION });
    await until('it encodes', () => encodeTaskOf(worker));
    await disturb(redis, ms);
    await until('the job ends', async () => {
      const record = await service.stores.jobs.get('default', job.id).catch(() => undefined);
      return record && TERMINAL_JOB_STATES.includes(record.state);
    }, 120_000);
    await expectFinishedOnce(job.id, text, [worker]);
    expect(worker.hasEnded).toBe(false);
  });
});

describe('a task that another worker owns by now', () => {
  it('is stopped here when its lock is gone, and the job finishes once', async () => {
    const worker = await service.startWorker();
    const text = makeText({ numWords: 3_500, seed: 24, planted: FACTS });
    const { job } = await service.submit(text, { task: 'search', question: QUESTION });
    const task = await until('it encodes', () => encodeTaskOf(worker));
    await service.redis.set(`${bullPrefix()}:${QUEUES.read}:${task.id}:lock`, 'somebody else', 'PX', LOCK_DURATION_MS);
    await worker.printed(/tasks lost to another worker: stopped here/, 20_000);
    await service.ended(job.id);
    await expectFinishedOnce(job.id, text, [worker]);
  });

  it('an answer of an attempt that is over is refused', async () => {
    const { job } = await service.submit(makeText({ numWords: 300, seed: 25 }), { task: 'search', question: QUESTION });
    const { jobs } = service.stores;
    const old = (await jobs.startAttempt(job.id, 'elsewhere:1'))!;
    const present = (await jobs.startAttempt(job.id, 'elsewhere:2'))!;
    const figures = { tokensRead: 1, chunksEncoded: 0, chunksReused: 0, readSeconds: 0, tokensPerSecond: 0, findSeconds: 0, answerSeconds: 0, peakResidentBytes: 1 };
    expect(await jobs.complete(job.id, old, { citations: [], figures })).toBe(false);
    expect(await jobs.complete(job.id, present, { citations: [], figures })).toBe(true);
    expect(await jobs.complete(job.id, present, { citations: [], figures })).toBe(false);
  });
});

describe('a document that is too much for a thread', () => {
  it('fails with a code, the thread is replaced, and the worker goes on', async () => {
    const worker = await service.startWorker({ THREAD_HEAP_MB: '96' });
    const { job } = await service.submit('# a\n\n'.repeat(1_500_000), { task: 'read' }, 'endless.md'); // its headings are many times its size
    expect(await service.ended(job.id)).toMatchObject({ state: 'failed', error: { code: 'DOES_NOT_FIT', details: { heapMb: 96 } } });
    expect(await worker.metric('lectern_thread_restarts_total', { reason: 'oom' })).toBe(1);

    const text = makeText({ numWords: 600, seed: 28, planted: FACTS });
    const next = await service.submit(text, { task: 'search', question: QUESTION });
    expect(await service.ended(next.job.id)).toMatchObject({ state: 'completed' });
    expect(worker.hasEnded).toBe(false);
  });
});

describe('a document that kills every worker', () => {
  it('ends failed as STALLED after three workers, and others go on', async () => {
    const { job } = await service.submit(makeText({ numWords: 3_000, seed: 26 }), { task: 'read' });
    let poison: string | undefined; // the task that none survives: the first that is seen
    for (let victims = 0; victims < 3; victims++) {
      const worker = await service.startWorker();
      await until('it runs the poisonous task', async () => {
        const task = await encodeTaskOf(worker);
        poison ??= task?.id;
        return task !== undefined && task.id === poison;
      }, 60_000, 10);
      await worker.kill('SIGKILL');
    }
    const survivor = await service.startWorker();
    expect(await service.ended(job.id)).toMatchObject({ state: 'failed', error: { code: 'STALLED' } });
    expect(await readingOf(job.id)).toMatchObject({ state: 'failed', error: { code: 'STALLED' } });

    const text = makeText({ numWords: 600, seed: 27, planted: FACTS });
    const neighbour = await service.submit(text, { task: 'search', question: QUESTION });
    expect(await service.ended(neighbour.job.id)).toMatchObject({ state: 'completed' });
    expect(survivor.hasEnded).toBe(false);
  });
});
