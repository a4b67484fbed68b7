// The lease socket: one per LECTERN_HOME and Redis. Who listens on it is the running service; who is connected keeps it alive.
// On Linux it has an abstract name: the system frees it with the process, so nothing stale can remain and two cannot both hold it.
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Home } from '../home.ts';

/** `redisUrl` undefined means the private Redis. */
export function leaseAddress(home: Home, redisUrl: string | undefined): string {
  mkdirSync(home.root, { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(`${realpathSync(home.root)}\n${redisUrl ?? ''}`).digest('hex').slice(0, 24);
  return process.platform === 'linux' ? `\0lectern-${userInfo().uid}-${name}` : join('/tmp', `lectern-${userInfo().uid}-${name}.sock`);
}

/** Setting of the API that lets holders of the lease key in, as the tenant `default`. */
export const apiKeysOf = (key: string): string => `default=${createHash('sha256').update(key).digest('hex')}`;

/** The secret of this home, made on first use. */
export function leaseKey(home: Home): string {
  const mine = `${home.leaseKeyFile}.${process.pid}`;
  writeFileSync(mine, randomBytes(24).toString('hex'), { mode: 0o600 });
  try {
    linkSync(mine, home.leaseKeyFile); // whole or not at all; the first one wins
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(mine);
  }
  return readFileSync(home.leaseKeyFile, 'utf8');
}
