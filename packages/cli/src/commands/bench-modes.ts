// lectern bench peers, profile, tokenizer, precision, decode, kernels, softmax: the modes beside reading whole documents through the service.
import { availableParallelism } from 'node:os';
import { loadFile } from '@lectern/model';
import { loadReaderModel } from '@lectern/reader';
import { type Command, Option } from 'commander';
import { firstTokens } from '../bench/book-text.ts';
import { machineLine } from '../bench/machine.ts';
import { benchDecode, decodeTable } from '../bench/decode.ts';
import { kernelsTable, runKernelBench, softmaxTable } from '../bench/kernels.ts';
import { modelOption, type ModeOptions, parseMeasures } from '../bench/options.ts';
import { type Measure, MEASURES } from '../bench/peers/measures.ts';
import { benchPeers } from '../bench/peers/peers.ts';
import { ratiosJson } from '../bench/peers/ratios.ts';
import { peersTable } from '../bench/peers/table.ts';
import { benchPrecision, precisionText } from '../bench/precision.ts';
import { profileReading } from '../bench/profile/profile.ts';
import { profileTable } from '../bench/profile/table.ts';
import { bookText, modelFile, say } from '../bench/subject.ts';
import { benchTokenizer, tokenizerText } from '../bench/tokenizer.ts';
import { cliConfig } from '../config.ts';
import { interruptible } from '../interrupt.ts';
import { homeOption, integerBetween } from '../options.ts';

interface PeersCliOptions extends ModeOptions { only: Measure[] }
interface ProfileCliOptions extends ModeOptions { tokens: number }

export function addBenchModes(bench: Command): void {
  addMode(bench, 'peers', 'llama.cpp (node-llama-cpp, installed below the home on first use) and Lectern in turn, on this machine: tokens/s and ratios; the whole takes some 20 minutes', 3)
    .addOption(new Option('--only <list>', `measures, of ${MEASURES.join(', ')} (default: all)`).argParser(parseMeasures))
    .action(peers);
  addMode(bench, 'profile', 'where the time of a reading goes, by phase', 3)
    .addOption(new Option('--tokens <n>', 'length of the text').argParser(integerBetween(1000, 280_000)).default(32_768))
    .action(profile);
  addMode(bench, 'tokenizer', 'MB/s of the tokenizer on one core', 5)
    .action(tokenizer);
  addPlainMode(bench, 'precision', 'what 8-bit arithmetic costs in quality: next tokens and perplexity against the f32 path')
    .addOption(new Option('--tokens <n>', 'length of the text').argParser(integerBetween(1000, 280_000)).default(65_536))
    .action(precision);
  addMode(bench, 'decode', 'generation, one sequence, and its share of the memory bandwidth measured in the same run', 5)
    .action(decode);
  addPlainMode(bench, 'kernels', 'rates of the native kernels, against the ceilings of instructions and memory measured in the same run').action(kernels);
  addPlainMode(bench, 'softmax', 'two passes, online, and online with negligible blocks left out').action(softmax);
}

const addMode = (bench: Command, name: string, description: string, repeats: number): Command => addPlainMode(bench, name, description)
  .addOption(new Option('--repeats <n>', 'runs of each, whose median is shown').argParser(integerBetween(1, 100)).default(repeats));

const addPlainMode = (bench: Command, name: string, description: string): Command => bench.command(name)
  .description(description)
  .option('--json', 'print the figures as JSON too, on the last line')
  .addOption(modelOption())
  .addOption(homeOption());

async function peers({ only = [...MEASURES], ...options }: Partial<PeersCliOptions> & ModeOptions): Promise<void> {
  const config = cliConfig(options);
  const report = await interruptible((signal) => benchPeers(config, { model: options.model ?? config.model, measures: only, repeats: options.repeats }, signal), 'interrupted');
  const { comparisons, device } = report;
  print(device, peersTable(comparisons, report), options, ratiosJson(comparisons));
}

async function profile(options: ProfileCliOptions): Promise<void> {
  const config = cliConfig(options);
  const text = await bookText(config);
  const model = await loadReaderModel(options.model ?? config.model, {
    home: config.homeRoot, offline: config.offline, numThreads: 1,
    onUnavailable: (engine, reason) => say(`engine ${engine} does not start: ${reason}`),
  });
  try {
    const figures = await profileReading(model, firstTokens(model.tokenizer, text, options.tokens).text, options.repeats, (run) => say(`reading, ${run} of ${options.repeats}`));
    print(`${model.transformer.engine} ${model.transformer.device}`, profileTable(figures), options, figures);
  } finally {
    model.transformer.dispose();
  }
}

async function tokenizer(options: ModeOptions): Promise<void> {
  const config = cliConfig(options);
  const text = await bookText(config);
  const { path } = await interruptible((signal) => modelFile(options.model ?? config.model, config, signal), 'interrupted');
  const figures = benchTokenizer((await loadFile(path)).file, text, options.repeats);
  print(`none (tokenizer alone, one of ${availableParallelism()} cores)`, tokenizerText(figures), options, figures);
}

async function precision(options: ProfileCliOptions): Promise<void> {
  const config = cliConfig(options);
  const text = await bookText(config);
  const { path } = await interruptible((signal) => modelFile(options.model ?? config.model, config, signal), 'interrupted');
  const figures = await benchPrecision(path, text, options.tokens, availableParallelism(), say);
  print(figures.device, precisionText(figures), options, figures);
}

async function decode(options: ModeOptions): Promise<void> {
  const config = cliConfig(options);
  const text = await bookText(config);
  const threads = availableParallelism();
  const { path } = await interruptible((signal) => modelFile(options.model ?? config.model, config, signal), 'interrupted');
  const [ceilings] = await interruptible((signal) => runKernelBench([String(threads), 'ceilings'], signal), 'interrupted');
  const { device, figures } = await benchDecode(path, text, [512, 8000], threads, options.repeats);
  print(device, decodeTable(figures, Number(ceilings!['readGbPerSecond'])), options, { ceilings, figures });
}

async function kernels(options: ModeOptions): Promise<void> {
  const figures = await interruptible((signal) => runKernelBench([String(availableParallelism())], signal), 'interrupted');
  print('native kernels', kernelsTable(figures), options, figures);
}

async function softmax(options: ModeOptions): Promise<void> {
  const figures = await interruptible((signal) => runKernelBench(['softmax'], signal), 'interrupted');
  print('native kernels', softmaxTable(figures), options, figures);
}

function print(device: string, text: string, { json }: ModeOptions, figures: object): void {
  process.stdout.write(`${machineLine(device)}\n\n${text}${json ? `${JSON.stringify(figures)}\n` : ''}`);
}
