// The files that read Lectern's metrics (rules, dashboard, configuration) against the metrics themselves. Nothing runs here but promtool.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listMetrics } from '@lectern/shared';
import { describe, expect, it } from 'vitest';
import { dashboardPanels } from '../support/dashboard.ts';

const infra = fileURLToPath(new URL('../../infra', import.meta.url));
const known = new Map(listMetrics().map((metric) => [metric.name, metric]));

/** Names of Lectern's metrics in a text; a histogram's series count as the histogram. */
function metricsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\blectern_[a-z0-9_]*[a-z0-9]\b/g)].map(([name]) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return known.get(base)?.kind === 'histogram' ? base : name;
  }))];
}

const rules = readFileSync(`${infra}/prometheus/alerts.yml`, 'utf8');
const cases = readFileSync(`${infra}/prometheus/alerts.test.yml`, 'utf8');

describe('names', () => {
  it('of metrics in rules and their cases exist', () => {
    const names = metricsIn(rules);
    expect(names.length).toBeGreaterThan(10);
    for (const name of [...names, ...metricsIn(cases)]) expect(known.has(name), name).toBe(true);
  });

  it('of metrics in the dashboard exist, and every metric is shown somewhere', () => {
    const shown = new Set(dashboardPanels().flatMap((panel) => panel.queries.flatMap(metricsIn)));
    for (const name of shown) expect(known.has(name), name).toBe(true);
    const unseen = [...known.keys()].filter((name) => !shown.has(name) && !metricsIn(rules).includes(name));
    expect(unseen).toEqual(['lectern_chunks_total']); // as tokens_read_total, counted in chunks
  });

  it('of alerts each have a case that fires', () => {
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map((m) => m[1]!);
    expect(alerts.length).toBeGreaterThan(10);
    for (const alert of alerts) expect(cases).toMatch(new RegExp(`alertname: ${alert}\\n\\s+eval_time: \\S+\\n\\s+exp_alerts:\\n`));
  });
});

describe('the dashboard', () => {
  it('is the one that scripts/dashboard makes', () => {
    const run = spawnSync(process.execPath, [fileURLToPath(new URL('../../scripts/dashboard/build.mjs', import.meta.url)), '--check'], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });

  it('has a title, a unit and a sentence for every panel, and no two panels alike', () => {
    const panels = dashboardPanels();
    for (const { title, unit, description } of panels) {
      expect(title).not.toBe('');
      expect(unit, title).toBeTruthy();
      expect(description, title).toMatch(/^.{15,}\.$/);
    }
    expect(new Set(panels.map((p) => p.title)).size).toBe(panels.length);
  });
});

describe('docs/operations.md', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');

  it('has advice for every alert, and names no metric that is not there', () => {
    const advised = [...text.matchAll(/^\| `(Lectern\w+)` \|/gm)].map((m) => m[1]);
    expect(advised).toEqual([...rules.matchAll(/- alert: (\w+)/g)].map((m) => m[1]));
    for (const name of metricsIn(text)) expect(known.has(name), name).toBe(true);
  });
});

describe('docs/metrics.md', () => {
  it('is the table of all metrics (write it with vitest --update)', async () => {
    const rows = listMetrics().map(({ name, kind, labels, services, help }) =>
      `| \`${name}\` | ${kind} | ${Object.keys(labels).map((label) => `\`${label}\``).join(', ') || '-'} | ${services.join(', ')} | ${help} |`);
    const text = [
      '# Metrics', '',
      'Every metric with the prefix `lectern_`; a test writes and checks this file. Beside these, both services serve',
      'the defaults of prom-client (`process_*`, `nodejs_*`), among them `nodejs_eventloop_lag_p99_seconds`.', '',
      '| metric | kind | labels | served by | meaning |', '|---|---|---|---|---|', ...rows, '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot('../../docs/metrics.md');
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe.skipIf(!hasPromtool && !process.env['CI'])('promtool', () => {
  const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: `${infra}/prometheus`, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  it('accepts the configuration and the rules', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('valid prometheus config');
    expect(promtool('check', 'rules', '--lint-fatal', 'alerts.yml')).toContain('SUCCESS');
  });

  it('passes the cases of the rules', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});
