// The rows as Markdown: what was found, what was answered, what was claimed without an answer.
import type { SuiteEntry } from '../registry.ts';
import type { RunSettings } from '../run/settings.ts';
import { showShare } from './proportion.ts';
import type { Row } from './summary.ts';

const integer = new Intl.NumberFormat('en-US');

export function reportMarkdown(rows: readonly Row[], settings: RunSettings, entries: readonly SuiteEntry[], figures: ReadonlyMap<string, string>): string {
  const { model, mode, effort, lengths, samples, seeds, url } = settings;
  const lines = [
    '# Evaluation', '',
    `Model ${model}, mode ${mode}, effort ${effort}, ${url === null ? 'in this process' : `through ${url}`}; lengths ${lengths.map((n) => integer.format(n)).join(', ')} tokens; ${samples} samples per task, length and seed; seeds ${seeds.join(', ')}.`,
    'Shares stand with their 95 % Wilson interval. Recall: a passage that overlaps the place of the answer is among the first 1, 8, 32.',
    mode === 'dense' ? 'The whole document stands in the model\'s own window; nothing is looked for.' : `The first set of routes (${settings.routes[0]!.join('+')}) is the one that answers.`, '',
  ];
  for (const { suite } of entries) {
    const own = rows.filter((row) => row.suite === suite.name);
    if (own.length === 0) continue;
    lines.push(`## ${suite.name}`, '', `${suite.summary}. ${suite.licence}.`, '', ...sections(own));
    const figure = figures.get(suite.name);
    if (figure !== undefined) lines.push(`![${suite.name}: score and recall against length, per task](${figure})`, '');
  }
  return lines.join('\n');
}

function sections(rows: readonly Row[]): string[] {
  return [
    ...table('Found', ['task', 'tokens', 'n', 'routes', 'first', 'among 8', 'among 32'], told(rows, ({ recall }) => recall.length > 0).flatMap((row) => row.recall.map(({ routes, at1, at8, at32 }) => (
      [...names(row), String(at1.n), routes, showShare(at1), showShare(at8), showShare(at32)])))),
    ...table('Answered', ['task', 'tokens', 'n', 'from the gold passage', 'end to end', 'supported, of right', 'of wrong', 'quotations on the answer', 'seconds, median'], told(rows, ({ answered }) => answered.n > 0).map((row) => (
      [...names(row), String(row.answered.n), showShare(row.ceiling), showShare(row.answered), showShare(row.supportedRight), showShare(row.supportedWrong), showShare(row.citationPrecision), row.answerSeconds!.toFixed(2)]))),
    ...table('Not answered, because it does not fit the model\'s window', ['task', 'tokens', 'n'], told(rows, ({ refused }) => refused > 0).map((row) => [...names(row), String(row.refused)])),
    ...table('Unanswerable, and yet marked as supported', ['task', 'tokens', 'n', 'share'], told(rows, ({ supportedUnanswerable }) => supportedUnanswerable.n > 0).map((row) => (
      [...names(row), String(row.supportedUnanswerable.n), showShare(row.supportedUnanswerable)]))),
  ];
}

/** Rows with something to tell; where only one task has, the one over all tasks would say it twice. */
function told(rows: readonly Row[], has: (row: Row) => boolean): Row[] {
  const own = rows.filter(has);
  const tasks = new Set(own.flatMap(({ task }) => task ?? []));
  return own.filter(({ task }) => task !== null || tasks.size > 1);
}

const names = ({ task, length }: Row): string[] => [task ?? 'all', length === null ? 'all' : integer.format(length)];

function table(title: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`${title}:`, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
