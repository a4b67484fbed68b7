// Outcomes -> rows of the report: per task and length, per task over all lengths, per length over all tasks, and over all of a suite.
import { routesName } from '../run/routes.ts';
import type { Outcome } from '../run/outcome.ts';
import type { RunSettings } from '../run/settings.ts';
import { type Share, shareOf } from './proportion.ts';

export interface RecallOf { routes: string; at1: Share; at8: Share; at32: Share }

export interface Row {
  suite: string;
  /** null: all tasks of the suite. */
  task: string | null;
  /** null: all lengths. */
  length: number | null;
  n: number;
  /** Mean, as read. */
  numTokens: number;
  /** Of the questions whose answer stands in a place; [] where there is none. */
  recall: RecallOf[];
  /** Answered right with the gold passage before the reader. */
  ceiling: Share;
  answered: Share;
  /** Questions that were not answered: the document does not fit. */
  refused: number;
  /** Marked as supported: of the right answers, of the wrong ones, of answers to unanswerable questions. */
  supportedRight: Share;
  supportedWrong: Share;
  supportedUnanswerable: Share;
  /** Of the quoted spans those that overlap a gold range. */
  citationPrecision: Share;
  /** Medians. */
  findSeconds: number | null;
  answerSeconds: number | null;
}

export function summarize(outcomes: readonly Outcome[], { suites, lengths, routes }: RunSettings): Row[] {
  const sets = routes.map(routesName);
  return suites.flatMap((suite) => {
    const own = outcomes.filter((outcome) => outcome.suite === suite);
    const tasks = [...new Set(own.map(({ task }) => task))];
    const pooled = tasks.length > 1 ? [null] : [];
    return [...tasks, ...pooled].flatMap((task) => [...lengths, ...(lengths.length > 1 ? [null] : [])].flatMap((length) => {
      const chosen = own.filter((outcome) => (task === null || outcome.task === task) && (length === null || outcome.length === length));
      return chosen.length === 0 ? [] : [rowOf(chosen, { suite, task, length }, sets)];
    }));
  });
}

function rowOf(outcomes: readonly Outcome[], name: Pick<Row, 'suite' | 'task' | 'length'>, sets: readonly string[]): Row {
  const located = outcomes.filter(({ ranks }) => ranks !== undefined);
  const recallAt = (set: string, k: number): Share => shareOf(located.map(({ ranks }) => Number((ranks![set] ?? Infinity) <= k)));
  const answered = outcomes.flatMap(({ answered: a, answerable, ranks }) => (a === undefined ? [] : [{ ...a, answerable, isLocated: ranks !== undefined }]));
  const scored = answered.flatMap((a) => (a.score === undefined ? [] : [{ ...a, score: a.score }]));
  const supported = (list: ReadonlyArray<{ supported: boolean }>): Share => shareOf(list.map((a) => Number(a.supported)));
  return {
    ...name, n: outcomes.length, numTokens: Math.round(outcomes.reduce((sum, o) => sum + o.numTokens, 0) / outcomes.length),
    recall: located.length === 0 ? [] : sets.map((routes) => ({ routes, at1: recallAt(routes, 1), at8: recallAt(routes, 8), at32: recallAt(routes, 32) })),
    ceiling: shareOf(outcomes.flatMap(({ ceiling }) => (ceiling === undefined ? [] : [ceiling.score]))),
    answered: shareOf(scored.map(({ score }) => score)),
    refused: outcomes.filter(({ refused }) => refused !== undefined).length,
    supportedRight: supported(scored.filter(({ score }) => score === 1)),
    supportedWrong: supported(scored.filter(({ score }) => score < 1)),
    supportedUnanswerable: supported(answered.filter(({ answerable }) => !answerable)),
    citationPrecision: shareOf(answered.filter(({ isLocated }) => isLocated).flatMap(({ quoted, quotedGold }) => Array.from({ length: quoted }, (_, i) => Number(i < quotedGold)))),
    findSeconds: median(located.map((o) => o.findSeconds)),
    answerSeconds: median(answered.map(({ seconds }) => seconds)),
  };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
