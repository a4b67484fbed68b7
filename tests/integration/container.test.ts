// Proves the image that the container tests stand on: made here without a registry, it serves, keeps what it was given, and refuses to evict.
import { execFileSync, spawnSync } from 'node:child_process';
import { connectRedis } from '@lectern/shared';
import type { StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisImage, restartRedisContainer, startRedisContainer, urlOf } from '../support/redis-container.ts';

const script = new URL('../../scripts/docker-redis.mjs', import.meta.url).pathname;

const hasDaemon = spawnSync('docker', ['version']).status === 0;

describe.skipIf(!hasDaemon && !process.env['CI'])('scripts/docker-redis.mjs', () => {
  let container: StartedTestContainer | undefined;
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  let image: string;

  beforeAll(async () => {
    image = redisImage();
    container = await startRedisContainer();
    redis = await connectRedis(urlOf(container), { role: 'client' });
  });

  afterAll(async () => {
    redis?.disconnect();
    await container?.stop();
  });

  const imageId = () => execFileSync('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { encoding: 'utf8' });

  it('is not made again when nothing changed', () => {
    const before = imageId();
    expect(redisImage()).toBe(image);
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
    await restartRedisContainer(container!);
    redis = await connectRedis(urlOf(container!), { role: 'client' });
    expect(await redis.get('kept')).toBe('yes');
  });

  it('says what is missing when no daemon answers', () => {
    const run = spawnSync(process.execPath, [script], { encoding: 'utf8', env: { ...process.env, DOCKER_HOST: 'unix:///nowhere.sock' } });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^docker-redis: no Docker daemon answers .*start one/);
  });
});
