// A real Redis of its own for a test file: in a container when a Docker daemon answers, else a redis-server process, said aloud.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisAnswers } from './redis-answers.ts';

export interface TestRedis {
  url: string;
  kind: 'container' | 'process';
  stop(): Promise<void>;
}

/** A process can be frozen, killed and started again on its port, with what it had (append-only file). */
export interface TestRedisProcess extends TestRedis {
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  if (spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 10_000 }).status === 0) return startContainer();
  if (process.env['CI']) throw new Error('no Docker daemon answers; with CI set, Redis must run in a container');
  console.warn('!!! no Docker daemon answers: this test runs on a redis-server process, not in a container');
  return startRedisProcess();
}

async function startContainer(): Promise<TestRedis> {
  const { startRedisContainer, urlOf } = await import('./redis-container.ts');
  const container = await startRedisContainer();
  return {
    url: urlOf(container),
    kind: 'container',
    async stop() {
      await container.stop();
    },
  };
}

export async function startRedisProcess(extra: readonly string[] = []): Promise<TestRedisProcess> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'lectern-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction', ...extra];
  let child: ChildProcess;
  const launch = async (): Promise<void> => {
    child = spawn('redis-server', args, { stdio: 'ignore' });
    let failure: Error | undefined;
    child.once('error', (error) => { failure = error; });
    await redisAnswers(url, () => (failure === undefined && child.exitCode === null ? undefined : failure?.message ?? `exit ${child.exitCode}`));
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exited;
  };
  await launch();
  return {
    url,
    kind: 'process',
    pause: () => { child.kill('SIGSTOP'); },
    resume: () => { child.kill('SIGCONT'); },
    kill: () => end('SIGKILL'),
    restart: launch,
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
