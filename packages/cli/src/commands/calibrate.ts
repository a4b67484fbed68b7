// lectern calibrate: finds a model's retrieval heads and writes its entry into the home's own catalog. Drives the reader directly, without a queue.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { findModel, listCatalog, readUserCatalog, writeUserEntry } from '@lectern/model';
import { calibrate as calibrateModel, type Calibration, type EmbedderChoice, loadEmbedder, loadUncalibrated, type ReaderModel } from '@lectern/reader';
import { createFsBlobStore } from '@lectern/shared';
import { type Command, Option } from 'commander';
import { entryOf } from '../calibrate/entry.ts';
import { createSteps } from '../calibrate/steps.ts';
import { calibrationText } from '../calibrate/text.ts';
import { type CliConfig, cliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { interruptible } from '../interrupt.ts';
import { ensureEmbedder, ensureModel } from '../model-file.ts';
import { sayUnless } from '../say.ts';
import { type EmbedderOptions, embedderOption, type HomeOptions, homeOption, integerBetween } from '../options.ts';

interface CalibrateOptions extends HomeOptions, EmbedderOptions {
  json?: boolean;
  tokens: number;
  facts: number;
  paragraphs: number;
  entries: number;
}

export function addCalibrateCommand(program: Command): void {
  program.command('calibrate')
    .description('find the retrieval heads of a model, measure how well it finds and reads, and write its catalog entry')
    .argument('<model>', 'a model of the catalog, the path of a GGUF file, or a folder with safetensors')
    .addOption(new Option('--tokens <n>', 'most tokens of prose in each of the two texts').argParser(integerBetween(1_000, 30_000)).default(30_000))
    .addOption(new Option('--facts <n>', 'facts planted in each').argParser(integerBetween(4, 48)).default(48))
    .addOption(new Option('--paragraphs <n>', 'paragraphs in each, with four questions').argParser(integerBetween(0, 12)).default(12))
    .addOption(new Option('--entries <n>', 'entries of a reference work beside each, with two questions each').argParser(integerBetween(0, 46)).default(46))
    .addOption(embedderOption())
    .option('--json', 'print one JSON object; errors as JSON on stderr')
    .addOption(homeOption())
    .action(calibrate);
}

async function calibrate(idOrPath: string, options: CalibrateOptions): Promise<void> {
  const config = cliConfig(options);
  const started = performance.now();
  await interruptible(async (signal) => {
    readUserCatalog(config.homeRoot); // a damaged one is told before the work, not after it
    const { argument } = await ensureModel(idOrPath, config, { quiet: options.json === true, signal });
    await ensureEmbedder(config, { quiet: options.json === true, signal });
    const model = await load(argument, config);
    const calibration = await run(model, options, config, signal);
    const found = findModel(argument, listCatalog(config.homeRoot));
    const entry = entryOf(model, calibration, found.kind === 'entry' ? undefined : resolve(argument));
    const path = writeUserEntry(config.homeRoot, entry);
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(options.json ? `${JSON.stringify({ entry, path, seconds, ...calibration })}\n` : calibrationText(calibration, entry, path, seconds));
  }, 'interrupted; nothing was written');
}

const load = (argument: string, config: CliConfig): Promise<ReaderModel> => loadUncalibrated(argument, {
  home: config.homeRoot, offline: config.offline, numThreads: availableParallelism(),
  onUnavailable: (engine, reason) => process.stderr.write(`engine ${engine} does not start: ${reason}\n`),
});

async function run(model: ReaderModel, options: CalibrateOptions, config: CliConfig, signal: AbortSignal): Promise<Calibration> {
  const { temp } = homeAt(config.homeRoot);
  mkdirSync(temp, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(temp, 'calibrate-'));
  const control = new Int32Array(new SharedArrayBuffer(8));
  const cancel = (): void => { Atomics.store(control, 0, 1); };
  signal.addEventListener('abort', cancel, { once: true });
  const steps = createSteps(options.json === true);
  let embedder: EmbedderChoice | undefined;
  try {
    embedder = await loadEmbedder(config.embedder, model, { home: config.homeRoot, offline: config.offline, numThreads: availableParallelism() });
    if (embedder.embedder === undefined) sayUnless(options.json === true)(`calibrating without the embedding route: ${embedder.embedderAbsent}`);
    signal.throwIfAborted();
    return await calibrateModel({ blobs: createFsBlobStore(folder), model, tenant: 'calibration', ...embedder }, {
      size: { numTokens: options.tokens, numFacts: options.facts, numParagraphs: options.paragraphs, numEntries: options.entries },
      present: model.entry?.retrieval, control, onProgress: steps.update,
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    steps.stop();
    embedder?.embedder?.embedder.close();
    model.transformer.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
