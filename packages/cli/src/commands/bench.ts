// lectern bench: figures of this machine, each with what it was measured on. Without a mode: whole documents through the service.
import { type Command, Option } from 'commander';
import { benchLength, type LengthFigures } from '../bench/lengths.ts';
import { machineLine } from '../bench/machine.ts';
import { modelOption, type ModeOptions, parseLengths } from '../bench/options.ts';
import { bookText, say } from '../bench/subject.ts';
import { cliConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { homeOption } from '../options.ts';
import { addAttentionModes } from './bench-attention.ts';
import { addBenchModes } from './bench-modes.ts';

interface BenchOptions extends Omit<ModeOptions, 'repeats'> { lengths: number[] }

export function addBenchCommand(program: Command): void {
  const bench = program.command('bench')
    .description('without a mode: reading speed, answering time and worker memory against document length, through the whole service')
    .usage('[mode] [options]')
    .argument('[mode]', 'one of the commands below, with options of its own: lectern bench <mode> --help')
    .enablePositionalOptions() // what stands after a mode is the mode's
    .addOption(new Option('--lengths <list>', 'tokens of the documents').argParser(parseLengths).default([8192, 32_768, 131_072], '8192,32768,131072'))
    .option('--json', 'print the figures as JSON')
    .addOption(modelOption())
    .addOption(homeOption())
    .action(benchLengths);
  addBenchModes(bench);
  addAttentionModes(bench);
  // Commander would take them for options of the command without a mode, and say nothing.
  bench.hook('preSubcommand', (_, mode) => {
    const given = bench.options.find((option) => bench.getOptionValueSource(option.attributeName()) === 'cli');
    if (given !== undefined) throw new UsageError(`options of a mode stand after it: lectern bench ${mode.name()} ${given.long ?? given.flags}`);
  });
}

async function benchLengths(mode: string | undefined, options: BenchOptions, bench: Command): Promise<void> {
  if (mode !== undefined) throw new UsageError(`unknown mode ${JSON.stringify(mode)}; there are ${bench.commands.map((each) => each.name()).join(', ')}, and without a mode whole documents are read`);
  const config = cliConfig(options);
  const text = await bookText(config);
  const rows: LengthFigures[] = [];
  for (const numTokens of options.lengths) {
    say(`reading ${numTokens} tokens and asking`);
    rows.push(await benchLength(text, numTokens, config, options.model ?? config.model));
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows)}\n` : table(rows));
}

function table(rows: readonly LengthFigures[]): string {
  const first = rows[0];
  if (first === undefined) return '';
  const ratio = (of: (row: LengthFigures) => number): string => (of(rows.at(-1)!) / of(first)).toFixed(2);
  return [
    machineLine(first.device),
    '',
    '| document, tokens | reading, s | tokens/s | file to first answer, s | later answers: first token, s (medians of 6) | whole, s | of which finding, s | worker RssAnon peak, MiB |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((r) => `| ${r.numTokens} | ${r.readSeconds.toFixed(1)} | ${r.tokensPerSecond.toFixed(0)} | ${r.firstAnswerSeconds.toFixed(1)} | ${r.firstTokenSeconds.toFixed(3)} | ${r.answerSeconds.toFixed(2)} | ${r.findSeconds.toFixed(3)} | ${(r.peakAnonymousBytes / 2 ** 20).toFixed(0)} |`),
    '',
    `longest against shortest: first token ${ratio((r) => r.firstTokenSeconds)}x, answering time ${ratio((r) => r.answerSeconds)}x, RssAnon ${ratio((r) => r.peakAnonymousBytes)}x, tokens/s ${ratio((r) => r.tokensPerSecond)}x`,
    '',
  ].join('\n');
}
