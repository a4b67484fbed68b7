// lectern doctor: what this machine has, and what is missing. Starts nothing, installs nothing.
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { openEmbedder, resolveEmbedder } from '@lectern/model';
import { connectRedis, hidePassword, ServiceError } from '@lectern/shared';
import { resolveAttention } from '@lectern/sparse-attn';
import { quietTensorflow, startTfjs } from '@lectern/sparse-attn/tfjs';
import type { Command } from 'commander';
import { type CliConfig, cliConfig } from '../config.ts';
import { EXIT, UsageError } from '../errors.ts';
import { createHome, homeAt } from '../home.ts';
import { addModelOptions, addReaderOptions, type EmbedderOptions, embedderOption, type HomeOptions, homeOption, type ModelOptions, type ReaderOptions } from '../options.ts';
import { bytes } from '../output/text-result.ts';
import { describeReader } from './doctor-reader.ts';

const MIN_FREE_BYTES = 2 ** 30;

interface Finding { name: string; ok: boolean; text: string }

interface DoctorOptions extends HomeOptions, ModelOptions, EmbedderOptions, ReaderOptions { json?: boolean }

export function addDoctorCommand(program: Command): void {
  addReaderOptions(addModelOptions(program.command('doctor')
    .description('say what this machine has: processor, engine, versions, Redis, disk, reader')))
    .option('--json', 'print one JSON object per line')
    .addOption(embedderOption())
    .addOption(homeOption())
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const config = cliConfig(options);
  const findings = [machine(), await engine(), await tfjs(), ...tools(), await redis(config), disk(config), await embedder(config), await reader(options, config)];
  for (const finding of findings) {
    process.stdout.write(options.json ? `${JSON.stringify(finding)}\n` : `${finding.ok ? 'ok     ' : 'MISSING'} ${finding.name}: ${finding.text}\n`);
  }
  if (findings.some((f) => !f.ok)) process.exitCode = EXIT.failed;
}

const machine = (): Finding => ({
  name: 'machine', ok: true, text: `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} threads, ${bytes(totalmem())}, Node ${process.version}`,
});

async function engine(): Promise<Finding> {
  const reasons: string[] = [];
  const attention = await resolveAttention(undefined, (name, reason) => reasons.push(`${name}: ${reason}`));
  return { name: 'engine', ok: reasons.length === 0, text: [`${attention.name}, ${attention.device}`, ...reasons].join('; ') };
}

/** Another engine that can be asked for (ENGINES=tfjs): which back end it has here. */
async function tfjs(): Promise<Finding> {
  quietTensorflow();
  try {
    const { backend, device } = await startTfjs();
    return { name: 'tfjs', ok: true, text: backend === 'wasm' ? `${device}; npm run build:tfjs builds its TensorFlow back end` : device };
  } catch (error) {
    return { name: 'tfjs', ok: false, text: (error as Error).message };
  }
}

function tools(): Finding[] {
  return [['compiler', 'c++'], ['cmake', 'cmake'], ['redis-server', 'redis-server']].map(([name, command]) => {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    const text = status === 0 ? stdout.split('\n')[0] : `${command} is not in PATH; installed when it is needed`;
    return { name, ok: true, text };
  });
}

async function redis({ redisUrl }: CliConfig): Promise<Finding> {
  if (redisUrl === undefined) return { name: 'Redis', ok: true, text: 'a private one (REDIS_URL is not set)' };
  try {
    const connection = await connectRedis(redisUrl, { role: 'client' });
    const version = /redis_version:(\S+)/.exec(await connection.info('server'))?.[1] ?? 'of unknown version';
    connection.disconnect();
    return { name: 'Redis', ok: true, text: `${hidePassword(redisUrl)}, ${version}` };
  } catch (error) {
    return { name: 'Redis', ok: false, text: (error as Error).message };
  }
}

/** MISSING only where it cannot run: one that is not fetched yet is fetched when it is needed. */
async function embedder({ embedder: id, homeRoot }: CliConfig): Promise<Finding> {
  const name = 'embedder';
  if (id === 'none') return { name, ok: true, text: 'switched off: passages are found without the embedding route' };
  try {
    const { path } = await resolveEmbedder(id, { home: homeRoot, offline: true });
    const opened = await openEmbedder(path, { numThreads: 1, engines: ['native'] });
    const text = `${id}, ${opened.device}`;
    opened.close();
    return { name, ok: true, text };
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'MODEL_DOWNLOAD_FAILED') return { name, ok: true, text: `${id} is not fetched yet; fetched when it is needed, or passages are found without it` };
    return { name, ok: false, text: (error as Error).message };
  }
}

async function reader(options: DoctorOptions, config: CliConfig): Promise<Finding> {
  try {
    return { name: 'reader', ok: true, text: await describeReader(options, config) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return { name: 'reader', ok: false, text: (error as Error).message };
  }
}

function disk({ homeRoot }: CliConfig): Finding {
  createHome(homeAt(homeRoot));
  const { bavail, bsize } = statfsSync(homeRoot);
  return { name: 'disk', ok: bavail * bsize >= MIN_FREE_BYTES, text: `${bytes(bavail * bsize)} free at ${homeRoot}` };
}
