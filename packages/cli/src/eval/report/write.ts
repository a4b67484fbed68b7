// report.json, report.md and a figure for each suite, in the run's folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SuiteEntry } from '../registry.ts';
import type { Outcome } from '../run/outcome.ts';
import type { RunSettings } from '../run/settings.ts';
import { suiteFigure } from './figure.ts';
import { reportMarkdown } from './markdown.ts';
import { type Row, summarize } from './summary.ts';

export interface Report { settings: RunSettings; rows: Row[] }

export function writeReport(folder: string, outcomes: readonly Outcome[], settings: RunSettings, entries: readonly SuiteEntry[]): { report: Report; markdown: string } {
  const report = { settings, rows: summarize(outcomes, settings) };
  const figures = new Map<string, string>();
  for (const { suite } of entries) {
    const rows = report.rows.filter((row) => row.suite === suite.name);
    if (rows.length === 0) continue;
    figures.set(suite.name, `${suite.name}.svg`);
    writeFileSync(join(folder, `${suite.name}.svg`), suiteFigure(suite.name, rows));
  }
  const markdown = reportMarkdown(report.rows, settings, entries, figures);
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'report.md'), markdown);
  return { report, markdown };
}
