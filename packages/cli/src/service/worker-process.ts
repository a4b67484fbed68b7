// One worker as a child process: started with a model, ready when it says so to Redis, started again when it dies.
import { openSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ServiceError, type WorkerAnnouncement, type WorkerStore, errorFromData } from '@lectern/shared';
import type { Home } from '../home.ts';
import { type KeptChild, spawnKept } from './keeper.ts';
import { type WorkerSpec, workerEnv } from './worker-spec.ts';

const START_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
const STOP_GRACE_MS = 25_000;
const MAX_RESTARTS = 3; // within RESTART_WINDOW_MS
const RESTART_WINDOW_MS = 60_000;

export interface WorkerSettings {
  home: Home;
  env: Record<string, string | undefined>;
  redisUrl: string;
  workers: WorkerStore;
  /** The worker died too often to be started again. */
  onGivenUp(error: ServiceError): void;
}

export interface RunningWorker {
  stop(): Promise<void>;
}

/** Resolves when the worker has loaded its models and takes tasks. */
export async function startWorker(settings: WorkerSettings, spec: WorkerSpec): Promise<RunningWorker> {
  const starts: number[] = [];
  let isStopping = false;
  let child = spawnWorker(settings, spec);

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      const how = await child.exited;
      if (isStopping) return;
      const now = Date.now();
      starts.push(now);
      if (starts.filter((at) => now - at < RESTART_WINDOW_MS).length > MAX_RESTARTS) {
        settings.onGivenUp(new ServiceError('INTERNAL', `the worker ended ${MAX_RESTARTS + 1} times within ${RESTART_WINDOW_MS / 1000} s (${how}); see ${logFileOf(settings.home)}`));
        return;
      }
      child = spawnWorker(settings, spec);
    }
  };

  await untilReady(settings, child, spec);
  const kept = keepRunning();
  return {
    async stop() {
      isStopping = true;
      await child.stop(STOP_GRACE_MS);
      await kept;
    },
  };
}

const logFileOf = (home: Home): string => join(home.logs, 'worker.log');

type WorkerChild = KeptChild & { logStart: number; spawnedAt: number };

function spawnWorker({ home, env, redisUrl }: WorkerSettings, spec: WorkerSpec): WorkerChild {
  const main = join(createRequire(import.meta.url).resolve('@lectern/worker'), '..', 'main.js');
  const logFile = logFileOf(home);
  const log = openSync(logFile, 'a', 0o600);
  const logStart = statSync(logFile).size;
  const spawnedAt = Date.now();
  const child = spawnKept('worker', process.execPath, [main], {
    env: { ...env, REDIS_URL: redisUrl, BLOB_DIR: home.blobs, LECTERN_HOME: home.root, ...workerEnv(spec) },
    stdout: log,
    stderr: log,
  });
  return Object.assign(child, { logStart, spawnedAt });
}

/** Ready: a worker of this host that started after the child was spawned, with this reader, has announced itself. */
async function untilReady(settings: WorkerSettings, child: WorkerChild, { reader }: WorkerSpec): Promise<void> {
  const isThis = ({ id, startedAt, readers }: WorkerAnnouncement) => id.startsWith(`${hostname()}:`) && Date.parse(startedAt) >= child.spawnedAt
    && (reader === undefined || readers?.some((other) => other.id === reader.id) === true);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.hasExited) throw await startError(settings.home, child);
    if ((await settings.workers.list()).some(isThis)) return;
    if (Date.now() > deadline) {
      await child.stop(0);
      throw new ServiceError('TIMEOUT', `the worker was not ready within ${START_TIMEOUT_MS / 1000} s; see ${logFileOf(settings.home)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A worker that cannot start logs why: the last line with an error is what it has to say. */
async function startError(home: Home, child: WorkerChild): Promise<ServiceError> {
  const text = readFileSync(logFileOf(home)).subarray(child.logStart).toString('utf8');
  for (const line of text.split('\n').reverse()) {
    const error = errorInLine(line);
    if (error) return error;
  }
  return new ServiceError('INTERNAL', `the worker did not start (${await child.exited}); see ${logFileOf(home)}`);
}

function errorInLine(line: string): ServiceError | undefined {
  try {
    const { error } = JSON.parse(line) as { error?: { code?: unknown; message?: unknown } };
    if (typeof error?.code !== 'string' || typeof error.message !== 'string') return undefined;
    return errorFromData(error as Parameters<typeof errorFromData>[0]);
  } catch {
    return undefined; // not a line of the log: a crash report's text
  }
}
