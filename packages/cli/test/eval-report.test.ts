// From answers to a report: scores, kept outcomes, settings that must not change, tables and figures.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '@lectern/shared';
import { afterAll, expect, test } from 'vitest';
import { type Judged, judgeBabilong, judgeByWords, judgeRetrieval, judgeRuler } from '../src/eval/judge.ts';
import { entriesOf, settingsOf } from '../src/eval/options.ts';
import { SUITES } from '../src/eval/registry.ts';
import { summarize } from '../src/eval/report/summary.ts';
import { writeReport } from '../src/eval/report/write.ts';
import type { Outcome } from '../src/eval/run/outcome.ts';
import { OutcomesFile } from '../src/eval/run/outcomes-file.ts';
import { RunProgress } from '../src/eval/run/progress.ts';
import { defaultRouteSets, parseRouteSets, routesName } from '../src/eval/run/routes.ts';
import { checkSame, type RunSettings, storedSettings, storeSettings } from '../src/eval/run/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'lectern-eval-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = { id: 'm', sha256: 'f'.repeat(64) };
const settings: RunSettings = { ...settingsOf(['squad'], { lengths: [4000, 8000], routes: [['attention', 'bm25'], ['bm25']] }, MODEL, 'none', undefined), samples: 2 };

const outcome = (more: Partial<Outcome>): Outcome => ({
  suite: 'squad', length: 4000, seed: 1, document: 'd', id: 'q', task: 'squad', question: '?', expected: ['a'], answerable: true, numTokens: 3990, findSeconds: 0.1, ...more,
});
const asked = (more: Partial<Judged>): Judged => ({ task: 't', question: '?', answers: ['a'], judge: 'any', ...more });

test('answers are scored by the rules of their suites', () => {
  expect(judgeByWords(asked({ answers: ['seven', '7'] }), 'It is 7.')).toBe(1);
  expect(judgeByWords(asked({ answers: ['7'] }), 'It is 77.')).toBe(0);
  expect(judgeByWords(asked({ answers: ['The Cat'], judge: 'exact' }), 'a cat.')).toBe(1);
  expect(judgeByWords(asked({ answers: ['cat'], judge: 'exact' }), 'a black cat')).toBe(0);
  expect(judgeRuler(asked({ answers: ['ABC', 'XYZ', 'DEF', 'K'], judge: 'all' }), 'abc and def')).toBe(0.5);
  expect(judgeRuler(asked({ answers: ['77'] }), 'It is 1770')).toBe(1); // characters, as RULER counts
  expect(judgeRetrieval(asked({ task: 'passkey', answers: ['12345'] }), 'The key is 12345, not 54321')).toBe(1);
  expect(judgeRetrieval(asked({ task: 'passkey', answers: ['12345'] }), 'Of 2 keys it is 12345')).toBe(0);
  const where = asked({ task: 'qa1', question: 'Where is Mary?', answers: ['kitchen'] });
  expect(judgeBabilong(where, 'Mary is in the kitchen. Not in the garden.')).toBe(1);
  expect(judgeBabilong(where, 'In the kitchen or the garden')).toBe(0);
  expect(judgeBabilong(asked({ task: 'qa4', question: 'What is the bathroom east of?', answers: ['bedroom'] }), 'The bathroom is east of the bedroom')).toBe(1);
});

test('route sets come from the list of routes, whatever it holds', () => {
  const sets = defaultRouteSets(ROUTES).map(routesName);
  expect(sets[0]).toBe(ROUTES.join('+'));
  for (const route of ROUTES) expect(sets.includes(route)).toBe(route !== 'second-look'); // which finds nothing alone
  for (const left of ['attention', 'second-look']) expect(sets).toContain(ROUTES.filter((route) => route !== left).join('+'));
  expect(new Set(sets).size).toBe(sets.length);
  expect(parseRouteSets('bm25+attention,bm25')).toEqual([['attention', 'bm25'], ['bm25']]);
  expect(parseRouteSets('attention,other')).toBeUndefined();
});

test('outcomes are kept as they come; a line cut by a kill is dropped', () => {
  const first = new OutcomesFile(folder);
  first.append(outcome({ id: 'q1' }));
  first.append(outcome({ id: 'q2', ranks: { bm25: null } }));
  appendFileSync(first.path, '{"suite":"squad","len');
  const again = new OutcomesFile(folder);
  expect(again.outcomes.map(({ id }) => id)).toEqual(['q1', 'q2']);
  expect(again.has({ suite: 'squad', length: 4000, seed: 1, id: 'q2' })).toBe(true);
  expect(again.has({ suite: 'squad', length: 4000, seed: 2, id: 'q2' })).toBe(false);
  again.append(outcome({ id: 'q3' }));
  expect(readFileSync(again.path, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as Outcome).id)).toEqual(['q1', 'q2', 'q3']);
});

test('a run goes on only with its own settings, and says which differ', () => {
  storeSettings(folder, settings);
  const stored = storedSettings(folder);
  expect(stored).toEqual(settings);
  expect(settingsOf([], { resume: folder }, MODEL, 'none', stored)).toEqual(settings);
  checkSame(stored, settingsOf(['squad'], { resume: folder, samples: 2 }, MODEL, 'none', stored), folder);
  expect(() => checkSame(stored, settingsOf([], { samples: 3, mode: 'sparse' }, MODEL, 'none', stored), folder))
    .toThrow('samples was 2 and is 3; mode was "reread" and is "sparse"');
  expect(() => checkSame(stored, settingsOf([], {}, { ...MODEL, sha256: '0' }, 'none', stored), folder)).toThrow('modelSha256');
  expect(() => storeSettings(folder, settings)).toThrow('--resume');
  expect(() => storedSettings(join(folder, 'nothing'))).toThrow('holds no run');
  expect(() => settingsOf([], {}, MODEL, 'none', undefined)).toThrow('name the suites');
  expect(() => settingsOf(['other'], {}, MODEL, 'none', undefined)).toThrow('unknown suite "other"');
  const [kind] = SUITES[1]!.tasks;
  expect(settingsOf(['ruler'], { tasks: [kind!] }, MODEL, 'none', undefined).tasks).toEqual([kind]);
  expect(entriesOf(['squad', 'ruler'], [kind!]).map(({ suite, tasks }) => [suite.name, tasks])).toEqual([['ruler', [kind]]]);
  expect(() => checkSame(stored, settingsOf([], { tasks: ['squad'] }, MODEL, 'none', stored), folder)).toThrow('tasks was undefined and is ["squad"]');
  expect(() => settingsOf(['squad'], { tasks: ['vt'] }, MODEL, 'none', undefined)).toThrow('unknown task "vt"; squad has squad, unanswerable');
  expect(() => settingsOf(['squad'], { mode: 'dense', url: 'http://127.0.0.1:1' }, MODEL, 'none', undefined)).toThrow('--url');
  expect(() => settingsOf(['squad'], { seed: 1, seeds: [2] }, MODEL, 'none', undefined)).toThrow('--seeds');
});

const OUTCOMES: Outcome[] = [
  outcome({ id: 'a', ranks: { 'attention+bm25': 1, bm25: 9 }, ceiling: { answer: 'a', score: 1 }, answered: { answer: 'a', score: 1, supported: true, seconds: 2, quoted: 2, quotedGold: 1 } }),
  outcome({ id: 'b', ranks: { 'attention+bm25': 8, bm25: null }, ceiling: { answer: 'x', score: 0 }, answered: { answer: 'x', score: 0.5, supported: true, seconds: 4, quoted: 1, quotedGold: 1 } }),
  outcome({ id: 'c', length: 8000, ranks: { 'attention+bm25': 40, bm25: 1 }, ceiling: { answer: 'a', score: 1 }, answered: { answer: 'a', score: 0, supported: false, seconds: 3, quoted: 0, quotedGold: 0 } }),
  outcome({ id: 'd', task: 'unanswerable', answerable: false, answered: { answer: 'x', supported: true, seconds: 1, quoted: 3, quotedGold: 0 } }),
];

test('rows count per task, per length and pooled', () => {
  const rows = summarize(OUTCOMES, settings);
  expect(rows.map(({ task, length, n }) => [task, length, n])).toEqual([
    ['squad', 4000, 2], ['squad', 8000, 1], ['squad', null, 3], ['unanswerable', 4000, 1], ['unanswerable', null, 1], [null, 4000, 3], [null, 8000, 1], [null, null, 4],
  ]);
  const all = rows.at(-1)!;
  expect(all.recall).toMatchObject([
    { routes: 'attention+bm25', at1: { hits: 1, n: 3 }, at8: { hits: 2, n: 3 }, at32: { hits: 2, n: 3 } },
    { routes: 'bm25', at1: { hits: 1, n: 3 }, at8: { hits: 1, n: 3 }, at32: { hits: 2, n: 3 } },
  ]);
  expect(all).toMatchObject({
    ceiling: { hits: 2, n: 3 }, answered: { hits: 1.5, n: 3 }, supportedRight: { hits: 1, n: 1 }, supportedWrong: { hits: 1, n: 2 },
    supportedUnanswerable: { hits: 1, n: 1 }, citationPrecision: { hits: 2, n: 3 },
  });
  expect(all.answered.low).toBeLessThan(0.5);
  expect(all.answered.high).toBeGreaterThan(0.5);
});

test('the report has a table and a figure for each suite', () => {
  const { markdown } = writeReport(folder, OUTCOMES, settings, SUITES);
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({ settings, rows: summarize(OUTCOMES, settings) });
  expect(markdown).toContain('| squad | 4,000 | 2 | attention+bm25 | .50 (.09-.91) | 1.00 (.34-1.00) | 1.00 (.34-1.00) |');
  expect(markdown).toContain('| unanswerable | 4,000 | 1 | 1.00 (.21-1.00) |');
  expect(markdown).toContain('](squad.svg)');
  const svg = readFileSync(join(folder, 'squad.svg'), 'utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="900"/);
  expect(svg.match(/length, tokens/g)).toHaveLength(3); // squad, unanswerable, all tasks
  expect(svg).toContain('share of questions');
  expect(svg).not.toMatch(/NaN|undefined|null/);
});

test('progress: what an earlier part did counts, reading that is still to come is in the time left, at the end none is', () => {
  const lines: string[] = [];
  const progress = new RunProgress([{ suite: 'squad', length: 4000, numQuestions: 3 }, { suite: 'planted', length: 8000, numQuestions: 1 }], (line) => lines.push(line));
  progress.skip(outcome({}));
  progress.read({ suite: 'squad', numTokens: 4000, seconds: 40, numQuestions: 2, numPending: 2 });
  progress.done(outcome({})); // a document of 8,000 tokens for every second question is still to be read: 40 s
  expect(lines).toEqual([expect.stringMatching(/^squad, squad, 4000 tokens: 2 of 4 questions, about 4\d s left$/)]);
  progress.done(outcome({}));
  progress.read({ suite: 'planted', numTokens: 8000, seconds: 80, numQuestions: 1, numPending: 1 });
  progress.done(outcome({ suite: 'planted', task: 'planted', length: 8000 }));
  expect(lines.at(-1)).toMatch(/: 4 of 4 questions, about 0 s left$/);
});
