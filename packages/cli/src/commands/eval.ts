// lectern eval: how well passages are found and questions answered. Drives the reader in this process, or with --url a running service.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EFFORTS, type Route } from '@lectern/shared';
import { cliConfig } from '../config.ts';
import { evaluate } from '../eval/evaluate.ts';
import { EVAL_MODES } from '../eval/modes.ts';
import type { EvalOptions } from '../eval/options.ts';
import { SUITES } from '../eval/registry.ts';
import { parseRouteSets } from '../eval/run/routes.ts';
import { interruptible } from '../interrupt.ts';
import { homeOption, integerBetween } from '../options.ts';

const MIN_LENGTH = 1_000;
/** Book and speeches have 2,413,402 with SmolLM2's tokenizer. */
const MAX_LENGTH = 2_400_000;
const MAX_SAMPLES = 10_000;

export function addEvalCommand(program: Command): void {
  program.command('eval')
    .description('measure how well passages are found and questions answered')
    .argument('[suites...]', `of ${SUITES.map(({ suite }) => suite.name).join(', ')}`)
    .addOption(new Option('--lengths <list>', 'of the documents, in tokens (default: 131072)').argParser(parseLengths))
    .addOption(new Option('--tokens <n>', 'the same, one length').argParser(integerBetween(MIN_LENGTH, MAX_LENGTH)))
    .addOption(new Option('--samples <n>', 'questions per task, length and seed (default: 40)').argParser(integerBetween(1, MAX_SAMPLES)))
    .addOption(new Option('--questions <n>', 'the same').argParser(integerBetween(1, MAX_SAMPLES)))
    .addOption(new Option('--seeds <list>', 'each makes documents and questions of its own (default: 1)').argParser(parseSeeds))
    .addOption(new Option('--seed <n>', 'the same, one seed').argParser(integerBetween(0, 2 ** 31)))
    .option('--model <id or path>', 'the model that indexes, finds and answers (default: MODEL or smollm2-135m-instruct)')
    .addOption(new Option('--mode <mode>', 'how answers are made: see ask; dense: the whole document in the model\'s own window (default: reread)').choices([...EVAL_MODES]))
    .addOption(new Option('--tasks <list>', 'only these of the suites\' tasks (default: all)').argParser(parseTasks))
    .addOption(new Option('--effort <effort>', 'of each answer: see ask (default: normal)').choices([...EFFORTS]))
    .addOption(new Option('--routes <sets>', 'sets of routes to compare, the first one answers: attention+bm25,bm25 (default: all, each alone, all but attention)').argParser(parseRoutes))
    .option('--answer', 'also answer, from the gold passage and end to end (default)')
    .option('--no-answer', 'only find')
    .addOption(new Option('--max-tokens <n>', 'most tokens of an answer (default: 96)').argParser(integerBetween(1, 1024)))
    .option('--out <folder>', 'for outcomes and report; must hold no run yet (default: eval/<time> below the home)')
    .option('--resume <folder>', 'go on with the run in this folder; its settings stay')
    .option('--url <service>', 'evaluate the service at this address; its key is read from LECTERN_API_KEY')
    .option('--smoke', 'every suite, or those named, at its smallest')
    .option('--verbose', 'a line for each question on stderr')
    .option('--json', 'print report.json instead of report.md')
    .addOption(homeOption())
    .action((suites: string[], options: EvalOptions) => interruptible(
      (signal) => evaluate(suites, options, cliConfig(options), signal),
      'interrupted; --resume with the folder of the run goes on from there',
    ));
}

function parseLengths(text: string): number[] {
  return [...new Set(text.split(',').map(integerBetween(MIN_LENGTH, MAX_LENGTH)))].sort((a, b) => a - b);
}

const parseSeeds = (text: string): number[] => [...new Set(text.split(',').map(integerBetween(0, 2 ** 31)))];

const parseTasks = (text: string): string[] => [...new Set(text.split(',').map((name) => name.trim()))];

function parseRoutes(text: string): Route[][] {
  const sets = parseRouteSets(text);
  if (sets === undefined) throw new InvalidArgumentError('sets of routes are expected: routes joined by +, sets separated by commas');
  return sets;
}
