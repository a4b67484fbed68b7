// lectern worker: joins a running service from another process or host. The same program that `up` starts, in the foreground.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
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
  blob: string;
  model?: string;
}

export function addWorkerCommand(program: Command): void {
  program.command('worker')
    .description('run one more worker for a running service')
    .requiredOption('--redis <url>', 'Redis of the service: redis://, rediss://, unix:// or a path')
    .requiredOption('--blob <dir>', 'folder of the service\'s documents and readings, shared with this host')
    .option('--model <id or path>', 'model of the worker (default: MODEL or smollm2-135m-instruct)')
    .addOption(homeOption())
    .action(worker);
}

async function worker(options: WorkerOptions): Promise<void> {
  const config = cliConfig(options);
  await interruptible(async (signal) => {
    const model = await ensureModel(options.model ?? config.model, config, { quiet: false, signal });
    const main = join(createRequire(import.meta.url).resolve('@lectern/worker'), '..', 'main.js');
    const child = spawnKept('worker', process.execPath, [main], {
      env: { ...config.env, REDIS_URL: options.redis, BLOB_DIR: resolve(options.blob), MODEL: model.argument }, stdout: 1, stderr: 2,
    });
    signal.addEventListener('abort', () => child.stop(STOP_GRACE_MS), { once: true });
    await child.exited;
    if (!signal.aborted) process.exitCode = EXIT.failed;
  });
}
