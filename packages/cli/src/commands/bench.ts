// lectern bench: figures of this machine, each with what it was measured on.
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { benchLength, type LengthFigures } from '../bench/lengths.ts';
import { machineLine } from '../bench/machine.ts';
import { cliConfig } from '../config.ts';
import { fetchBook } from '../demo/book.ts';
import { homeAt } from '../home.ts';
import { homeOption } from '../options.ts';

interface BenchOptions {
  lengths: number[];
  model?: string;
  home?: string;
  json?: boolean;
}

export function addBenchCommand(program: Command): void {
  program.command('bench')
    .description('reading speed, answering time and worker memory against document length, through the whole service')
    .addOption(new Option('--lengths <list>', 'tokens of the documents').argParser((text) => text.split(',').map(Number)).default([8192, 32_768, 131_072]))
    .option('--json', 'print the figures as JSON')
    .option('--model <id or path>', 'default: MODEL or smollm2-135m-instruct')
    .addOption(homeOption())
    .action(bench);
}

async function bench(options: BenchOptions): Promise<void> {
  const config = cliConfig(options);
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const text = readFileSync(await fetchBook(homeAt(config.homeRoot).demo, say), 'utf8');
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
