// Every way to name a Redis: user and password, TLS, a unix socket; and what is said when it does not work.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectRedis, type RedisRole } from '@lectern/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedisProcess, type TestRedisProcess } from '../support/redis.ts';

const tls = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}.pem`, import.meta.url));
const ROLES: RedisRole[] = ['client', 'worker', 'subscriber'];
let server: TestRedisProcess;
let folder: string;
let port: number;
let tlsPort: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-url-'));
  const free = await startRedisProcess(); // its port is free again a moment later
  tlsPort = Number(new URL(free.url).port);
  await free.stop();
  server = await startRedisProcess([
    '--unixsocket', join(folder, 'redis.sock'), '--tls-port', String(tlsPort), '--tls-cert-file', tls('cert'), '--tls-key-file', tls('key'), '--tls-auth-clients', 'no',
  ]);
  port = Number(new URL(server.url).port);
  const admin = await connectRedis(server.url, { role: 'client' });
  await admin.call('ACL', 'SETUSER', 'ann', 'on', '>s3cret/with@signs', '~*', '&*', '+@all');
  await admin.call('ACL', 'SETUSER', 'default', 'resetpass', '>pass');
  admin.disconnect();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const whoAmI = async (url: string, role: RedisRole = 'client'): Promise<unknown> => {
  const redis = await connectRedis(url, { role });
  try {
    return await redis.call('ACL', 'WHOAMI');
  } finally {
    redis.disconnect();
  }
};

describe('addresses that work', () => {
  test.each(ROLES)('user and password, percent-encoded, as %s', async (role) => {
    expect(await whoAmI(`redis://ann:${encodeURIComponent('s3cret/with@signs')}@127.0.0.1:${port}`, role)).toBe('ann');
    expect(await whoAmI(`redis://:pass@127.0.0.1:${port}/0`, role)).toBe('default');
  });

  test('a unix socket, as path and as unix:// with a password', async () => {
    await expect(whoAmI(join(folder, 'redis.sock'))).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining('NOAUTH') });
    expect(await whoAmI(`unix://:pass@${join(folder, 'redis.sock')}`)).toBe('default');
  });

  test('TLS: with the authority known it connects, else it does not', async () => {
    const url = `rediss://ann:${encodeURIComponent('s3cret/with@signs')}@localhost:${tlsPort}`;
    await expect(whoAmI(url)).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringMatching(/self.signed/) });
    const script = `import { connectRedis } from '@lectern/shared'; const r = await connectRedis(process.argv[1], { role: 'client' }); console.log(await r.call('ACL', 'WHOAMI')); r.disconnect();`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, url], {
      encoding: 'utf8', cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: tls('cert') },
    });
    expect(output.trim()).toBe('ann');
  });
});

describe('addresses that do not', () => {
  test.each(ROLES)('fail soon, say why, and do not tell the password: %s', async (role) => {
    for (const [url, reason] of [
      [`redis://ann:wrong@127.0.0.1:${port}`, 'WRONGPASS'], [`redis://127.0.0.1:${port}`, 'NOAUTH'], ['redis://u:hidden@127.0.0.1:9', 'ECONNREFUSED'],
      ['redis://u:hidden@nowhere.invalid', 'ENOTFOUND'], ['/nowhere/redis.sock', 'ENOENT'],
    ] as const) {
      const start = Date.now();
      const error = (await connectRedis(url, { role }).catch((e: unknown) => e)) as Error;
      expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining(reason) });
      expect(error.message).not.toMatch(/:wrong@|hidden/);
      expect(Date.now() - start).toBeLessThan(6_000);
    }
  });

  test.each(['http://127.0.0.1', 'localhost:6379', '', 'redis://', 'unix://relative'])('%j is none', async (url) => {
    await expect(connectRedis(url, { role: 'client' })).rejects.toMatchObject({ code: 'VALIDATION' });
  });
});
