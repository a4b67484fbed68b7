// The private Redis: a child process on a unix socket that only this user can open, with an append-only file under LECTERN_HOME.
import { openSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { ServiceError } from '@lectern/shared';
import type { Home } from '../home.ts';
import { type KeptChild, spawnKept } from './keeper.ts';

const START_TIMEOUT_MS = 60_000; // a large append-only file takes a while to load
const LEFTOVER_TIMEOUT_MS = 10_000;
const MAX_SOCKET_PATH = 100; // bytes; the system's limit is 108 on Linux, 104 on macOS

export interface PrivateRedis {
  url: string;
  child: KeptChild;
}

export function socketPathOf(home: Home): string {
  const path = join(home.redis, 'redis.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  return join(tmpdir(), `lectern-${createHash('sha256').update(path).digest('hex').slice(0, 24)}.sock`);
}

export async function startPrivateRedis(home: Home, binary: string, env: Record<string, string | undefined>): Promise<PrivateRedis> {
  const socket = socketPathOf(home);
  await endLeftover(socket);
  rmSync(socket, { force: true });
  const configFile = join(home.redis, 'redis.conf');
  writeFileSync(configFile, configText(home, socket), { mode: 0o600 });
  const logFile = join(home.redis, 'redis.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawnKept('redis', binary, [configFile], { env, stdout: log, stderr: log });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (await ping(socket) !== '+PONG') {
    if (child.hasExited) throw new ServiceError('REDIS_UNAVAILABLE', `the private Redis did not start (${await child.exited}); see ${logFile}`);
    if (Date.now() > deadline) {
      await child.stop(0);
      throw new ServiceError('REDIS_UNAVAILABLE', `the private Redis did not answer within ${START_TIMEOUT_MS / 1000} s; see ${logFile}`);
    }
    await sleep(20);
  }
  return { url: `unix://${socket}`, child };
}

/** AOF only: one file set to reason about. noeviction: BullMQ's records must never be dropped to make room. */
function configText(home: Home, socket: string): string {
  return [
    'port 0',
    `unixsocket ${quoted(socket)}`,
    'unixsocketperm 700',
    `dir ${quoted(home.redis)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    'loglevel warning',
    '',
  ].join('\n');
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** After kill -9 of the service its Redis ends by itself a moment later; the files must not be opened twice. */
async function endLeftover(socket: string): Promise<void> {
  const deadline = Date.now() + LEFTOVER_TIMEOUT_MS;
  while (await ping(socket) !== undefined) {
    if (Date.now() > deadline) {
      throw new ServiceError('REDIS_UNAVAILABLE', `another Redis still answers at ${socket}, though no lectern service runs; end it and try again`);
    }
    await sleep(50);
  }
}

/** First line of the answer to PING ('-LOADING ...' while the file loads), undefined when nobody answers. */
function ping(socket: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const connection = net.connect(socket, () => connection.write('PING\r\n'));
    connection.setTimeout(2_000, () => connection.destroy());
    connection.once('data', (bytes) => {
      resolve(bytes.toString('latin1').split('\r\n')[0]);
      connection.destroy();
    });
    connection.once('error', () => resolve(undefined));
    connection.once('close', () => resolve(undefined));
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
