// Uses the running service of this home, or starts one in the background. Several commands may do so at the same moment.
import { type ChildProcess, spawn, execFile } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';
import type { CliConfig } from '../config.ts';
import { createHome, homeAt } from '../home.ts';
import { ALREADY_RUNNING } from './already-running.ts';
import { leaseAddress, leaseKey } from './lease-address.ts';
import { type Lease, requestLease } from './lease-client.ts';
import type { WorkerSpec } from './worker-spec.ts';

const START_TIMEOUT_MS = 30_000; // until the new process listens on its lease socket; what follows has its own limits
const POLL_MS = 25;

export async function attachService(config: CliConfig, { model, reader }: WorkerSpec): Promise<Lease> {
  const home = homeAt(config.homeRoot);
  createHome(home);
  const address = leaseAddress(home, config.redisUrl);
  const request = { key: leaseKey(home), model, ...(reader === undefined ? {} : { reader }) };
  const first = reader === undefined ? model : ''; // with a reader the lease asks for both: a key must not stand in a command line
  const deadline = Date.now() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  for (;;) {
    const lease = await requestLease(address, request);
    if (typeof lease === 'object') return lease;
    if (lease === 'stopping') child = undefined; // ended by now: start another
    if (child === undefined) child = await startBackground(config, first);
    if (child.exitCode !== null || child.signalCode !== null) {
      // Another command was faster: its service is there, or was and ended again.
      if (child.exitCode === ALREADY_RUNNING) child = undefined;
      else throw new ServiceError('INTERNAL', `the service did not start (${child.signalCode ?? `exit status ${child.exitCode}`}); see ${logFileOf(config)}`);
    }
    if (Date.now() > deadline) throw new ServiceError('TIMEOUT', `the service did not start within ${START_TIMEOUT_MS / 1000} s; see ${logFileOf(config)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const logFileOf = (config: CliConfig): string => `${homeAt(config.homeRoot).logs}/service.log`;

async function startBackground(config: CliConfig, firstModel: string): Promise<ChildProcess> {
  const redisBinary = config.redisUrl === undefined ? await findRedis(config) : '';
  const log = openSync(logFileOf(config), 'a', 0o600);
  try {
    const main = fileURLToPath(new URL('background.js', import.meta.url));
    const child = spawn(process.execPath, [main, config.homeRoot, firstModel, redisBinary], { detached: true, stdio: ['ignore', log, log], env: config.env });
    child.on('error', () => {}); // no exit code then: the deadline tells
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Path of a redis-server, installed when there is none. What it says while it installs goes to our stderr. */
export async function findRedis(config: CliConfig): Promise<string> {
  const script = fileURLToPath(new URL('../../../../scripts/ensure-redis.mjs', import.meta.url));
  const running = promisify(execFile)(process.execPath, [script], { env: config.env });
  running.child.stderr?.pipe(process.stderr);
  try {
    return (await running).stdout.trim();
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? '').trim();
    throw new ServiceError('REDIS_UNAVAILABLE', said.split('\n').at(-1)?.replace(/^lectern: /, '') || 'no redis-server could be found or installed');
  }
}
