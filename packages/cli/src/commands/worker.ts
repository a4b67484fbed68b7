// lectern worker: joins a running service from another process or host. The same program that `up` starts, in the foreground.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { cliConfig } from '../config.ts';
import { EXIT, UsageError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { ensureEmbedder, ensureModel } from '../model-file.ts';
import { addModelOptions, addReaderOptions, type EmbedderOptions, embedderOption, type HomeOptions, homeOption, indexModelOf, type ModelOptions, type ReaderOptions } from '../options.ts';
import { chooseReader } from '../reader-choice.ts';
import { spawnKept } from '../service/keeper.ts';
import { workerEnv } from '../service/worker-spec.ts';

const STOP_GRACE_MS = 25_000;

interface WorkerOptions extends HomeOptions, ModelOptions, EmbedderOptions, ReaderOptions {
  redis: string;
  blob?: string;
}

export function addWorkerCommand(program: Command): void {
  addReaderOptions(addModelOptions(program.command('worker')
    .description('run one more worker for a running service')))
    .requiredOption('--redis <url>', 'Redis of the service: redis://, rediss://, unix:// or a path')
    .option('--blob <dir>', 'folder of the service\'s documents and readings, shared with this host; not with BLOB_STORE=s3')
    .addOption(embedderOption())
    .addOption(homeOption())
    .action(worker);
}

async function worker(options: WorkerOptions): Promise<void> {
  const config = cliConfig(options);
  const store = storeOf(options, config.env);
  await interruptible(async (signal) => {
    const model = await ensureModel(indexModelOf(options, config.model), config, { quiet: false, signal });
    await ensureEmbedder(config, { quiet: false, signal });
    const reader = await chooseReader(options, model.id, config, { quiet: false, signal });
    const main = join(createRequire(import.meta.url).resolve('@lectern/worker'), '..', 'main.js');
    const child = spawnKept('worker', process.execPath, [main], {
      env: { ...config.env, REDIS_URL: options.redis, ...store, ...workerEnv({ model: model.argument, reader }), READER_ON_REQUEST: config.env['READER_ON_REQUEST'] }, stdout: 1, stderr: 2,
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
  throw new UsageError('name the folder that the service keeps documents and readings in (--blob), or its bucket (BLOB_STORE=s3, S3_BUCKET, ...)');
}
