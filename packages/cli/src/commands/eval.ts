// lectern eval: how well passages are found and questions answered. Drives the reader directly, without a queue.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEmbedder, loadReaderModel } from '@lectern/reader';
import { createFsBlobStore, ROUTES, type AskMode, type Route } from '@lectern/shared';
import { type Command, Option } from 'commander';
import { cliConfig } from '../config.ts';
import { fetchBook } from '../demo/book.ts';
import { MAX_FACTS } from '../eval/facts.ts';
import { evaluatePlanted } from '../eval/planted.ts';
import { plantedTable } from '../eval/report.ts';
import { homeAt } from '../home.ts';
import { homeOption, integerBetween, modeOption } from '../options.ts';

interface PlantedCliOptions {
  tokens: number;
  questions: number;
  seeds: number[];
  find?: boolean;
  answer: boolean;
  mode: AskMode;
  json?: boolean;
  verbose?: boolean;
  model?: string;
  home?: string;
}

export function addEvalCommand(program: Command): void {
  program.command('eval').description('measure how well passages are found and questions answered')
    .command('planted')
    .description('facts planted at random places of a real English text (Moby-Dick): found among the first 8 blocks, and answered')
    .addOption(new Option('--tokens <n>', 'length of the text').argParser(integerBetween(1000, 280_000)).default(131_072))
    .addOption(new Option('--questions <n>', 'facts per document').argParser(integerBetween(1, MAX_FACTS)).default(MAX_FACTS))
    .addOption(new Option('--seeds <list>', 'one document for each').argParser((text) => text.split(',').map(Number)).default([1]))
    .option('--no-answer', 'only find')
    .option('--verbose', 'a line for each question on stderr')
    .option('--json', 'print the whole outcome as JSON')
    .option('--model <id or path>', 'default: MODEL or smollm2-135m-instruct')
    .addOption(modeOption())
    .addOption(homeOption())
    .action(planted);
}

/** All routes together, and each alone. */
const routeSetsOf = (routes: readonly Route[]): ReadonlyArray<readonly Route[]> => [routes, ...routes.map((route) => [route])];

async function planted(options: PlantedCliOptions): Promise<void> {
  const config = cliConfig(options);
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const text = readFileSync(await fetchBook(homeAt(config.homeRoot).demo, say), 'utf8');
  const model = await loadReaderModel(options.model ?? config.model, {
    home: config.homeRoot, numThreads: availableParallelism(),
    onUnavailable: (engine, reason) => say(`engine ${engine} does not start: ${reason}`),
  });
  const embedder = await loadEmbedder(config.embedder, model, { home: config.homeRoot, numThreads: availableParallelism() });
  if (embedder.embedder === undefined) say(`without the embedding route: ${embedder.embedderAbsent}`);
  const routeSets = routeSetsOf(ROUTES.filter((route) => route !== 'embedding' || embedder.embedder !== undefined));
  const folder = mkdtempSync(join(tmpdir(), 'lectern-eval-'));
  try {
    const report = await evaluatePlanted({ blobs: createFsBlobStore(folder), model, ...embedder, tenant: 'eval' }, {
      text, numTokens: options.tokens, questionsPerDocument: options.questions, seeds: options.seeds,
      routeSets, answer: options.answer, mode: options.mode,
      ...(options.verbose ? { onProgress: say } : {}),
    });
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : plantedTable(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    embedder.embedder?.embedder.close();
    model.transformer.dispose();
  }
}
