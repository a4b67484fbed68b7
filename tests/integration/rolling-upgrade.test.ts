// A fleet whose machines are upgraded one after the other: releases of two versions on one Redis and one blob store. The newer one is the
// same code, built, with its version numbers raised (tests/support/later-release.ts).
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type LecternClient } from '@lectern/client';
import { TASK_VERSION } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LaterRelease, makeLaterRelease } from '../support/later-release.ts';
import { TestProcess, until } from '../support/processes.ts';
import { startService, type TestService, type TestWorker } from '../support/service.ts';
import { codePoints, makeText } from '../support/text.ts';

const FACT = 'The lighthouse at Port Ellery was kept for forty years by a widower named Magnus Thorne.';
const QUESTION = 'Who kept the lighthouse at Port Ellery?';
const text = (seed: number) => makeText({ numWords: 700, seed, planted: [FACT] });

let service: TestService; // its API is the older one
let later: LaterRelease;
let newerApi: TestProcess;
let newer: LecternClient;
let oldWorker: TestWorker;

beforeAll(async () => {
  later = makeLaterRelease();
  service = await startService();
  newerApi = new TestProcess('newer api', [later.main('api')], { REDIS_URL: service.redisUrl, BLOB_DIR: service.blobDir, HOST: '127.0.0.1', PORT: '0' });
  newer = createClient({ baseUrl: (await newerApi.printed(/"url":"(http[^"]+)"/))[1]! });
  oldWorker = await service.startWorker();
});
afterAll(async () => {
  await newerApi?.kill('SIGTERM');
  await service?.stop();
  later?.remove();
});

const handedBack = (worker: TestWorker): number => worker.output.match(/task put back for another worker/g)?.length ?? 0;
/** Seconds of CPU so far. */
const cpuSeconds = ({ pid }: TestWorker): number => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};
const submit = async (client: LecternClient, seed: number) => {
  const document = await client.documents.upload(text(seed), { mediaType: 'text/plain', name: 'chronicle.txt' });
  return client.jobs.create({ document: document.id, task: 'search', question: QUESTION, top: 3 });
};
const expectAnswered = async (id: string, seed: number): Promise<void> => {
  const job = await service.ended(id);
  expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'completed' });
  const { passages } = await service.client.jobs.result(id);
  expect(passages![0]!.text).toContain('Magnus Thorne');
  for (const { text: found, startChar, endChar } of passages!) expect(found).toBe(codePoints(text(seed), startChar, endChar));
};

describe('a newer API, workers not yet', () => {
  const jobIds: string[] = [];
  let newWorker: TestWorker;

  it('the older worker hands the tasks back: nothing fails, no attempt is used up, and it stays at rest', async () => {
    for (const seed of [11, 12, 13]) jobIds.push((await submit(newer, seed)).id);
    await until('every task was handed back', async () => handedBack(oldWorker) >= 3, 20_000);
    const [cpuBefore, backBefore] = [cpuSeconds(oldWorker), handedBack(oldWorker)];
    await sleep(5_000);
    for (const id of jobIds) expect((await service.client.jobs.get(id)).state).toMatch(/^(queued|reading)$/);
    const tasks = await service.queues.readQueue.getJobs(['waiting', 'prioritized', 'delayed', 'active']);
    expect(tasks).toHaveLength(3);
    for (const task of tasks) expect(task).toMatchObject({ attemptsMade: 0, data: { v: TASK_VERSION + 1 } });
    expect(await service.queues.readQueue.getFailedCount()).toBe(0);
    expect(handedBack(oldWorker) - backBefore).toBeLessThanOrEqual(3 * 4);
    expect(cpuSeconds(oldWorker) - cpuBefore).toBeLessThan(2);
    expect(oldWorker.output).not.toMatch(/"level":(50|"error")/);
  });

  it('a thousand of them at once do not make it spin', async () => {
    const prefix = 'of-a-later-release-';
    await service.queues.readQueue.addBulk(Array.from({ length: 1_000 }, (_, i) => ({ name: 'read', data: { v: TASK_VERSION + 7, somethingElse: true }, opts: { jobId: `${prefix}${i}` } })));
    const [cpuBefore, backBefore] = [cpuSeconds(oldWorker), handedBack(oldWorker)];
    await sleep(5_000);
    expect(handedBack(oldWorker) - backBefore).toBeGreaterThan(3);
    expect(handedBack(oldWorker) - backBefore).toBeLessThan(20); // its one slot rests after each
    expect(cpuSeconds(oldWorker) - cpuBefore).toBeLessThan(2.5);
    expect(await service.queues.readQueue.getFailedCount()).toBe(0);
    await until('none is left', async () => {
      const left = (await service.queues.readQueue.getJobs(['waiting', 'delayed', 'active'])).filter((task) => task.id!.startsWith(prefix));
      await Promise.all(left.map((task) => task.remove().catch(() => undefined))); // one of them may be in the worker's hands
      return left.length === 0;
    }, 20_000, 200);
  });

  it('the first upgraded worker takes them all', async () => {
    newWorker = await service.startWorker({}, later.main('worker'));
    for (const [i, id] of jobIds.entries()) await expectAnswered(id, 11 + i);
    expect(handedBack(newWorker)).toBe(0);
    expect(await oldWorker.metric('lectern_chunks_total', { source: 'computed' })).toBe(0);
    expect(await newWorker.metric('lectern_chunks_total', { source: 'computed' })).toBeGreaterThan(0);
  });

  it('what the newer one stored, asked through the older API: the older worker leaves it, whoever can answers', async () => {
    await newWorker.kill('SIGTERM');
    const before = handedBack(oldWorker);
    const { id } = await submit(service.client, 11); // sealed already: a task of the older version on a plan of the newer
    await until('the older worker has handed it back', async () => handedBack(oldWorker) > before + 1, 30_000);
    expect((await service.client.jobs.get(id)).state).not.toMatch(/completed|failed/);
    expect(oldWorker.output).toMatch(/has version \d+, this program knows \d+/);
    expect((await service.client.jobs.get(id)).attempt).toBe(1); // the look that told so; later ones are not counted
    newWorker = await service.startWorker({}, later.main('worker'));
    await expectAnswered(id, 11);
  });

  it('what the older one stored is made again in the newer form', async () => {
    await newWorker.kill('SIGTERM');
    const { id } = await submit(service.client, 14);
    await expectAnswered(id, 14);
    expect(await oldWorker.metric('lectern_chunks_total', { source: 'computed' })).toBeGreaterThan(0);
    await oldWorker.kill('SIGTERM');
    newWorker = await service.startWorker({}, later.main('worker'));
    const again = await submit(newer, 14);
    await expectAnswered(again.id, 14);
    expect((await service.client.jobs.result(again.id)).figures.chunksEncoded).toBeGreaterThan(0);
    expect(newWorker.output).toMatch(/it is made again/);
  });

  it('no task of all this has failed', async () => {
    for (const queue of [service.queues.readQueue, service.queues.askQueue]) expect(await queue.getFailedCount(), queue.name).toBe(0);
  });
});
