// Proves the image that the container tests stand on: made here without a registry, it serves, keeps what it was given, and refuses to evict.
import { execFileSync, spawnSync } from 'node:child_process';
import { connectRedis } from '@lectern/shared';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'; // its image is in a registry; afterAll stops what was started

const script = new URL('../../scripts/docker-redis.mjs', import.meta.url).pathname;

const urlOf = (container: StartedTestContainer) => `redis://${container.getHost()}:${container.getMappedPort(6379)}`;

const hasDaemon = spawnSync('docker', ['version']).status === 0;

describe.skipIf(!hasDaemon && !process.env['CI'])('scripts/docker-redis.mjs', () => {
  let container: StartedTestContainer | undefined;
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  let image: string;

  beforeAll(async () => {
    image = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim();
    container = await new GenericContainer(image)
      .withExposedPorts(6379)
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/)) // the default waits with a shell, and there is none
      .start();
    redis = await connectRedis(urlOf(container), { role: 'client' });
  });

  afterAll(async () => {
    redis?.disconnect();
    await container?.stop();
  });

  const imageId = () => execFileSync('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { encoding: 'utf8' });

  it('is not made again when nothing changed', () => {
    const before = imageId();
    expect(execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim()).toBe(image);
    expect(imageId()).toBe(before);
  });

  it('serves with the settings that queues need', async () => {
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    const version = /^redis_version:(\d+)/m.exec(await redis.info('server'))?.[1];
    expect(Number(version)).toBeGreaterThanOrEqual(6); // BullMQ: 6.2 or newer is advised
  });

  it('keeps what it acknowledged over a restart', async () => {
    await redis.set('kept', 'yes');
    await redis.bgrewriteaof();
    redis.disconnect();
    await container!.restart();
    redis = await connectRedis(urlOf(container!), { role: 'client' });
    expect(await redis.get('kept')).toBe('yes');
  });

  it('says what is missing when no daemon answers', () => {
    const run = spawnSync(process.execPath, [script], { encoding: 'utf8', env: { ...process.env, DOCKER_HOST: 'unix:///nowhere.sock' } });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^docker-redis: no Docker daemon answers .*start one/);
  });
});
