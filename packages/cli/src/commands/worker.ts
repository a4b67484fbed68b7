// lectern worker: joins a running service from another process or host. The same program that `up` starts, in the foreground.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { EXIT } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { ensureModel } from '../model-file.ts';
import { type HomeOptions, homeOption } from '../options.ts';
import { spawnKept } from '../service/keeper.ts';

const STOP_GRACE_MS = 25_000;

interface WorkerOptions extends HomeOptions {
  redis: string;
  blob?: string;
  model?: string;
}

export function addWorkerCommand(program: Command): void {
  program.command('worker')
    .description('run one more worker for a running service')
    .requiredOption('--redis <url>', 'Redis of the service: redis://, rediss://, unix:// or a path')
    .option('--blob <dir>', 'folder of the service\'s documents and readings, shared with this host; not with BLOB_STORE=s3')
    .option('--model <id or path>', 'model of the worker (default: MODEL or smollm2-135m-instruct)')
    .addOption(homeOption())
    .action(worker);
}

async function worker(options: WorkerOptions): Promise<void> {
  const config = cliConfig(options);
  const store = storeOf(options, config.env);
  await interruptible(async (signal) => {
    const model = await ensureModel(options.model ?? config.model, config, { quiet: false, signal });
    const main = join(createRequire(import.meta.url).resolve('@lectern/worker'), '..', 'main.js');
    const child = spawnKept('worker', process.execPath, [main], {
      env: { ...config.env, REDIS_URL: options.redis, ...store, MODEL: model.argument }, stdout: 1, stderr: 2,
    });
    signal.addEventListener('abort', () => child.stop(STOP_GRACE_MS), { once: true });
    await child.exited;
    if (!signal.aborted) process.exitCode = EXIT.failed;
  });
}

/** A folder that is named is meant, whatever the environment says of a bucket. */
function storeOf({ blob }: WorkerOptions, env: Record<string, string | undefined>): Record<string, string> {
  if (blob !== undefined) return { BLOB_STORE: 'fs', BLOB_DIR: resolve(blob) };
  if (env['BLOB_STORE'] === 's3') return {};
  throw new ServiceError('VALIDATION', 'name the folder that the service keeps documents and readings in (--blob), or its bucket (BLOB_STORE=s3, S3_BUCKET, ...)');
}
