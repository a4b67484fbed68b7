// One service behind several commands: shared, started once, ended with the last, and restarted after kill -9.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '@lectern/client';
import { connectRedis } from '@lectern/shared';
import { startRedisProcess } from '../support/redis.ts';
import { TestHome, processesOf } from './lectern.ts';

let home: TestHome;
let file: string;
beforeAll(async () => {
  home = await TestHome.create();
  file = home.file('a.txt', 'The mayor of Ellwick is called Thomas Brandt.\n');
});
afterAll(() => home?.remove());

const QUESTION = 'What is the mayor of Ellwick called?';
const serviceFile = () => join(home.folder, 'service.json');
const service = () => JSON.parse(readFileSync(serviceFile(), 'utf8')) as { url: string; pid: number; redisUrl: string };

test('three commands at the same moment share one service, and all are answered', async () => {
  const runs = [1, 2, 3].map(() => home.start(['ask', file, QUESTION, '--json']));
  const results = await Promise.all(runs.map((r) => r.ended));
  for (const { status, stdout, stderr } of results) {
    expect(status, stderr).toBe(0);
    expect((JSON.parse(stdout) as { answer: string }).answer).toMatch(/Brandt/);
  }
  expect(existsSync(serviceFile())).toBe(false);
  expect(processesOf(home.folder)).toEqual([]);
});

test('up serves others until Ctrl-C; a worker joins; ask uses it', async () => {
  const up = home.start(['up', '--port', '0']);
  const [url] = await up.printed(/http:\/\/127\.0\.0\.1:\d+/);
  expect(service().url).toBe(url);
  const client = createClient({ baseUrl: url });
  await client.health();
  const worker = home.start(['worker', '--redis', service().redisUrl, '--blob', join(home.folder, 'blobs')]);
  await expect.poll(async () => (await client.queue()).workers.length, { timeout: 60_000 }).toBe(2);
  const { status, stdout } = await home.run(['ask', file, QUESTION]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Brandt/);
  expect((await client.jobs.list({ limit: 1 })).data[0].state).toBe('completed');
  worker.interrupt();
  expect((await worker.ended).status).toBe(0);
  await expect.poll(async () => (await client.queue()).workers.length, { timeout: 30_000 }).toBe(1);
  const second = await home.run(['up', '--port', '0']);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain('already runs');
  up.interrupt();
  expect((await up.ended).status).toBe(0);
  expect(processesOf(home.folder)).toEqual([]);
});

test('kill -9 of the service leaves nothing running, and the next command works', async () => {
  const up = home.start(['up', '--port', '0']);
  await up.printed(/http:/);
  process.kill(service().pid, 'SIGKILL');
  await up.ended;
  await expect.poll(() => processesOf(home.folder), { timeout: 30_000 }).toEqual([]);
  expect(existsSync(serviceFile())).toBe(true); // stale
  const { status, stdout } = await home.run(['ask', file, QUESTION]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Brandt/);
});

test('kill -9 of a command ends the service that it was the last to use', async () => {
  const ask = home.start(['ask', file, 'Who is the mayor?']);
  await expect.poll(() => existsSync(serviceFile()), { timeout: 60_000 }).toBe(true);
  process.kill(ask.child.pid as number, 'SIGKILL');
  await ask.ended;
  await expect.poll(() => processesOf(home.folder), { timeout: 60_000 }).toEqual([]);
});

test('REDIS_URL uses an existing Redis, with user and password', async () => {
  const redis = await startRedisProcess();
  try {
    const admin = await connectRedis(redis.url, { role: 'client' });
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>p4ss', '~*', '&*', '+@all');
    await admin.call('ACL', 'SETUSER', 'default', 'off');
    admin.disconnect();
    const env = { REDIS_URL: redis.url.replace('redis://', 'redis://reader:p4ss@') };
    const { status, stdout, stderr } = await home.run(['ask', file, QUESTION, '--json'], { env });
    expect(status, stderr).toBe(0);
    expect((JSON.parse(stdout) as { answer: string }).answer).toMatch(/Brandt/);
  } finally {
    await redis.stop();
  }
});
