// lectern eval: every suite at its smallest, killed once and gone on with; the same tables through a running service.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHome } from './lectern.ts';

/** Public data sets beside the checkout, where nobody said where they lie; else they are fetched. */
const beside = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const env = process.env['LECTERN_EVAL_DATA'] === undefined && existsSync(beside) ? { LECTERN_EVAL_DATA: beside } : {};

const TASKS: Record<string, string[]> = {
  planted: ['planted'],
  ruler: ['niah_single_1', 'niah_single_2', 'niah_single_3', 'niah_multikey_1', 'niah_multikey_2', 'niah_multikey_3', 'niah_multivalue', 'niah_multiquery', 'vt', 'cwe', 'fwe', 'qa_1', 'qa_2'],
  babilong: ['qa1', 'qa2', 'qa3', 'qa4', 'qa5'],
  retrieval: ['passkey', 'number', 'kv'],
  squad: ['squad', 'unanswerable'],
  structured: ['mathjs', 'factbook', 'npm_manual', 'sqlalchemy_manual'],
  paraphrase: ['paraphrase', 'paraphrase_absent'],
};
/** No passage answers: nothing is to be found. */
const NOWHERE = ['cwe', 'fwe', 'unanswerable', 'paraphrase_absent'];

interface Share { hits: number; n: number; share: number | null; low: number; high: number }
interface Row { suite: string; task: string | null; length: number | null; n: number; recall: Array<{ routes: string; at1: Share; at8: Share; at32: Share }>; ceiling: Share; answered: Share; supportedUnanswerable: Share }
interface Report { settings: { lengths: number[]; samples: number; routes: string[][] }; rows: Row[] }

let home: TestHome;
beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home?.remove());

const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);

/** About a minute on two cores that have nothing else to do. */
const PATIENCE_MS = 1_200_000;

test('smoke: every suite and task has its rows; a killed run goes on without repeating a question, and only with its own settings', { timeout: PATIENCE_MS }, async () => {
  const folder = join(home.folder, 'smoke');
  const outcomes = join(folder, 'outcomes.jsonl');
  const killed = home.start(['eval', '--smoke', '--out', folder], { env });
  await expect.poll(() => linesOf(outcomes).length, { timeout: PATIENCE_MS / 2, interval: 100 }).toBeGreaterThan(4);
  process.kill(-killed.child.pid!, 'SIGKILL');
  await killed.ended;
  const before = linesOf(outcomes);
  expect(existsSync(join(folder, 'report.json'))).toBe(false);

  const changed = await home.run(['eval', '--resume', folder, '--samples', '3', '--mode', 'sparse'], { env });
  expect(changed.status).toBe(2);
  expect(changed.stderr).toContain('samples was 1 and is 3; mode was "reread" and is "sparse"');

  const report = await home.json<Report>(['eval', '--resume', folder], { env });
  const after = linesOf(outcomes);
  expect(after.slice(0, before.length)).toEqual(before);
  const keys = after.map((line) => JSON.parse(line) as { suite: string; id: string }).map(({ suite, id }) => `${suite} ${id}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(report);
  expect(existsSync(join(folder, 'blobs'))).toBe(false);

  const { samples, lengths, routes } = report.settings;
  expect(keys).toHaveLength(samples * lengths.length * Object.values(TASKS).flat().length);
  for (const [suite, tasks] of Object.entries(TASKS)) {
    for (const task of tasks) {
      const row = report.rows.find((r) => r.suite === suite && r.task === task);
      expect(row, `${suite} ${task}`).toMatchObject({ length: lengths[0], n: samples });
      if (NOWHERE.includes(task)) expect(row!.recall, task).toEqual([]);
      else expect(row!.recall.map((r) => [r.routes, r.at8.n]), task).toEqual(routes.map((set) => [set.join('+'), samples]));
      if (['unanswerable', 'paraphrase_absent'].includes(task)) expect(row!.supportedUnanswerable.n).toBe(samples);
      else expect(row!.answered.n).toBe(samples);
    }
    const rows = report.rows.filter((r) => r.suite === suite && r.task !== null && r.recall.length > 0);
    const sum = (pick: (row: Row) => number): number => rows.reduce((total, row) => total + pick(row), 0);
    for (let set = 0; set < routes.length && suite !== 'paraphrase'; set++) { // one question that shares no word with the text: no route need find it
      // In 4,096 tokens half of what is asked for is among the first 8 passages with every set of routes; a random one would be among them in 1 of 8 cases.
      expect(sum((row) => row.recall[set]!.at8.hits), `${suite} ${routes[set]!.join('+')}`).toBeGreaterThanOrEqual(0.5 * sum((row) => row.recall[set]!.at8.n));
      for (const { recall } of rows) expect(recall[set]!.at1.hits).toBeLessThanOrEqual(recall[set]!.at8.hits);
    }
    expect(readFileSync(join(folder, `${suite}.svg`), 'utf8')).toContain('share of questions');
  }
  const answered = report.rows.filter(({ task }) => task !== null).reduce((total, row) => total + row.answered.hits, 0);
  expect(answered).toBeGreaterThan(samples * 5); // needles, passkeys and planted facts at least
  expect(readFileSync(join(folder, 'report.md'), 'utf8')).toContain('![ruler: score and recall against length, per task](ruler.svg)');
});

test('planted: every route finds most facts in 3,000 tokens, and most questions are answered', async () => {
  const { rows, settings } = await home.json<Report>(['eval', 'planted', '--tokens', '3000', '--questions', '8', '--seeds', '1']);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.recall.map(({ routes }) => routes)).toEqual(settings.routes.map((set) => set.join('+')));
  for (const { at8 } of rows[0]!.recall) expect(at8.hits).toBeGreaterThanOrEqual(7);
  expect(rows[0]!.answered.hits).toBeGreaterThanOrEqual(4);
  expect(rows[0]!.ceiling.n).toBe(8);
});

test('--url: the same questions through a running service, which keeps none of the documents', async () => {
  const up = home.start(['up', '--port', '0']);
  const [url] = await up.printed(/http:\/\/127\.0\.0\.1:\d+/);
  const args = ['eval', 'planted', '--tokens', '2000', '--questions', '3'];
  const here = await home.json<Report>(args);
  const there = await home.json<Report>([...args, '--url', url]);
  const recall = ({ rows }: Report) => rows[0]!.recall.map(({ routes, at1, at8 }) => [routes, at1.hits, at8.hits]);
  expect(recall(there)).toEqual(recall(here));
  expect(there.rows[0]!.answered).toEqual(here.rows[0]!.answered);
  expect(there.rows[0]!.ceiling.n).toBe(3);
  const { data } = await (await fetch(`${url}/v1/documents`)).json() as { data: unknown[] };
  expect(data).toEqual([]);
  up.interrupt();
  await up.ended;
});
