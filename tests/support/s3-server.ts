// A real S3 server of its own for a test: versitygw over a folder. It can be killed and started again on its port with what it had.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './prometheus.ts';

const script = fileURLToPath(new URL('../../scripts/ensure-s3-server.mjs', import.meta.url));

export const S3_KEY = { accessKeyId: 'tests', secretAccessKey: 'a-secret-of-tests' };

/** Path of the program; built on first use. Undefined, said aloud, where it cannot be; under CI that fails. */
export function s3ServerBinary(): string | undefined {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 600_000 });
  if (status === 0) return stdout.trim();
  if (process.env['CI']) throw new Error(`no S3 server for the tests: ${stderr}`);
  console.warn(`!!! no S3 server for the tests, those of the s3 blob store are skipped: ${stderr}`);
  return undefined;
}

export interface S3Server {
  endpoint: string;
  /** Buckets are its folders. */
  folder: string;
  bucket: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface S3ServerOptions {
  /** Holds the buckets; a temporary one when absent. */
  folder?: string;
  /** host:port; a free port of 127.0.0.1 when absent. */
  address?: string;
  /** Goes before the program's own command line: `ip netns exec <name>`. */
  command?: readonly string[];
}

export async function startS3Server(binary: string, { folder: given, address: givenAddress, command = [] }: S3ServerOptions = {}): Promise<S3Server> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'lectern-s3-'));
  const bucket = 'lectern';
  mkdirSync(join(folder, bucket), { recursive: true });
  const address = givenAddress ?? `127.0.0.1:${await freePort()}`;
  let child: ChildProcess;
  const launch = async (): Promise<void> => {
    const [program, ...args] = [...command, binary, '--port', address, '--quiet', '--keep-alive', 'posix', folder];
    child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ROOT_ACCESS_KEY: S3_KEY.accessKeyId, ROOT_SECRET_KEY: S3_KEY.secretAccessKey },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => { output += text; });
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries > 200) throw new Error(`versitygw does not start:\n${output}`);
      if (answers(command, address)) return;
      await sleep(50);
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await launch();
  return {
    endpoint: `http://${address}`, folder, bucket,
    kill: () => end('SIGKILL'),
    restart: launch,
    async stop() {
      await end('SIGKILL');
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asked from where it runs: the test itself may have no way there. */
function answers(command: readonly string[], address: string): boolean {
  const [host, port] = address.split(':');
  const script = `require('net').connect(${port}, '${host}', () => process.exit(0)).on('error', () => process.exit(1))`;
  const [program, ...args] = [...command, process.execPath, '-e', script];
  return spawnSync(program!, args, { timeout: 5_000 }).status === 0;
}
