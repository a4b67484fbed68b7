// lectern bench captured, positions: measurements of attention itself.
import { availableParallelism } from 'node:os';
import { loadReaderModel, type ReaderModel } from '@lectern/reader';
import { type Command, Option } from 'commander';
import { benchCaptured } from '../bench/captured/captured.ts';
import { capturedText } from '../bench/captured/table.ts';
import { longText } from '../bench/long-text.ts';
import { machineLine } from '../bench/machine.ts';
import { modelOption, type ModeOptions, parseLengths } from '../bench/options.ts';
import { lossText } from '../bench/positions/losses.ts';
import { benchPositions } from '../bench/positions/positions.ts';
import { bookText, say } from '../bench/subject.ts';
import { type CliConfig, cliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { interruptible } from '../interrupt.ts';
import { homeOption, integerBetween } from '../options.ts';

type AttentionOptions = Omit<ModeOptions, 'repeats'>;
interface CapturedOptions extends AttentionOptions { tokens?: number; questions: number; seed: number }
interface PositionsOptions extends AttentionOptions { lengths: number[]; blocks: number; targets: number }

export function addAttentionModes(bench: Command): void {
  addMode(bench, 'captured', 'how much of the model\'s attention a few blocks hold, by who shares the choice of them: a document in its own window')
    .addOption(new Option('--tokens <n>', 'of document and question (default: the model\'s window)').argParser(integerBetween(1000, 131_072)))
    .addOption(new Option('--questions <n>', 'about facts planted in the document').argParser(integerBetween(1, 50)).default(8))
    .addOption(new Option('--seed <n>', 'of facts and places').argParser(integerBetween(0, 2 ** 31)).default(1))
    .action(captured);
  addMode(bench, 'positions', 'positions of stored blocks (contiguous, chunk-local, capped) by the likelihood of the next text')
    .addOption(new Option('--lengths <list>', 'tokens of the text that blocks are found in, up to 1048576').argParser(parseLengths).default([2048, 8192, 32_768, 131_072], '2048,8192,32768,131072'))
    .addOption(new Option('--blocks <n>', 'blocks found').argParser(integerBetween(1, 64)).default(8))
    .addOption(new Option('--targets <n>', 'stretches of text that are predicted').argParser(integerBetween(2, 200)).default(16))
    .action(positions);
}

const addMode = (bench: Command, name: string, description: string): Command => bench.command(name)
  .description(description)
  .option('--json', 'print the figures as JSON too, on the last line')
  .addOption(modelOption())
  .addOption(homeOption());

async function captured({ tokens, questions, seed, ...options }: CapturedOptions): Promise<void> {
  const config = cliConfig(options);
  const book = await bookText(config);
  await withModel(options, config, async (model, signal) => {
    const figures = await benchCaptured(model, book, { numTokens: tokens, numQuestions: questions, seed }, say, signal);
    return { text: capturedText(figures), figures };
  });
}

/** Beyond the last target, so that a cut at a line's end leaves enough. */
const SPARE_TOKENS = 2_000;

async function positions({ lengths, blocks, targets, ...options }: PositionsOptions): Promise<void> {
  const config = cliConfig(options);
  const numTokens = Math.max(...lengths) + 200 * targets + SPARE_TOKENS;
  const text = await longText(await bookText(config), numTokens * 1.1, homeAt(config.homeRoot).demo, say);
  await withModel(options, config, async (model, signal) => {
    const figures = await benchPositions(model, text, { lengths, numBlocks: blocks, numTargets: targets }, say, signal);
    return { text: lossText(figures.rows, figures), figures };
  });
}

async function withModel(options: AttentionOptions, config: CliConfig, run: (model: ReaderModel, signal: AbortSignal) => Promise<{ text: string; figures: object }>): Promise<void> {
  const model = await loadReaderModel(options.model ?? config.model, {
    home: config.homeRoot, offline: config.offline, numThreads: availableParallelism(),
    onUnavailable: (engine, reason) => say(`engine ${engine} does not start: ${reason}`),
  });
  try {
    const { text, figures } = await interruptible((signal) => run(model, signal), 'interrupted');
    process.stdout.write(`${machineLine(`${model.transformer.engine} ${model.transformer.device}`)}\n\n${text}${options.json ? `${JSON.stringify(figures)}\n` : ''}`);
  } finally {
    model.transformer.dispose();
  }
}
