// lectern up: the whole service in the foreground, until Ctrl-C.
import { ServiceError, hidePassword } from '@lectern/shared';
import { type Command, Option } from 'commander';
import { cliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { interruptible } from '../interrupt.ts';
import { ensureEmbedder, ensureModel } from '../model-file.ts';
import { addModelOptions, addReaderOptions, type EmbedderOptions, embedderOption, type HomeOptions, homeOption, indexModelOf, integerBetween, type ModelOptions, type ReaderOptions } from '../options.ts';
import { chooseReader } from '../reader-choice.ts';
import { findRedis } from '../service/attach.ts';
import { apiKeysOf, leaseKey } from '../service/lease-address.ts';

interface UpOptions extends HomeOptions, ModelOptions, EmbedderOptions, ReaderOptions {
  host: string;
  port: number;
}

export function addUpCommand(program: Command): void {
  addReaderOptions(addModelOptions(program.command('up')
    .description('run the service in the foreground: API, worker and Redis')))
    .addOption(new Option('--port <n>', 'port of the API; 0 takes a free one').argParser(integerBetween(0, 65_535)).default(8080))
    .option('--host <address>', 'address that the API listens on; anything but loopback requires API keys', '127.0.0.1')
    .addOption(embedderOption())
    .addOption(homeOption())
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const config = cliConfig(options);
  const home = homeAt(config.homeRoot);
  await interruptible(async (signal) => {
    const model = await ensureModel(indexModelOf(options, config.model), config, { quiet: false, signal });
    await ensureEmbedder(config, { quiet: false, signal });
    const spec = { model: model.argument, reader: await chooseReader(options, model.id, config, { quiet: false, signal }) };
    const redisBinary = config.redisUrl === undefined ? await findRedis(config) : undefined;
    // With keys, the commands of this home have one too; without, everyone on this machine may ask.
    const apiKeys = config.apiKeys === '' ? '' : `${config.apiKeys},${apiKeysOf(leaseKey(home))}`;
    const { startHost } = await import('../service/host.ts'); // with the API and its libraries: other commands start faster without
    const host = await startHost({
      home, redisUrl: config.redisUrl, redisBinary, host: options.host, port: options.port, apiKeys, logLevel: config.logLevel, env: config.env,
      first: spec, cancelsAbandoned: config.redisUrl === undefined, endsWhenUnused: false,
    });
    if (!host) throw new ServiceError('VALIDATION', `a lectern service already runs for ${home.root}; see ${home.serviceFile}`);
    try {
      await Promise.race([host.service.ensureWorker(spec), host.ended, aborted(signal)]);
      if (!signal.aborted) {
        process.stdout.write(`${host.service.url}\n`);
        process.stderr.write(`lectern: more workers: lectern worker --redis ${hidePassword(host.service.redisUrl)} --blob ${home.blobs}\n`);
      }
      await Promise.race([host.ended, aborted(signal)]);
    } finally {
      await host.stop();
    }
  });
}

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
});
