// The command's options -> the settings of a run: with --smoke the smallest, with --resume those of the run that goes on.
import { NO_EMBEDDER } from '@lectern/reader';
import { type Effort, type Route, ROUTES } from '@lectern/shared';
import { UsageError } from '../errors.ts';
import type { EvalMode } from './modes.ts';
import { type SuiteEntry, SUITES } from './registry.ts';
import { defaultRouteSets } from './run/routes.ts';
import type { RunSettings } from './run/settings.ts';

export interface EvalOptions {
  lengths?: number[];
  /** One length. */
  tokens?: number;
  samples?: number;
  /** The same as samples. */
  questions?: number;
  seeds?: number[];
  seed?: number;
  model?: string;
  /** Only these of the suites' tasks. */
  tasks?: string[];
  mode?: EvalMode;
  effort?: Effort;
  routes?: Route[][];
  answer?: boolean;
  maxTokens?: number;
  resume?: string;
  out?: string;
  url?: string;
  smoke?: boolean;
  json?: boolean;
  verbose?: boolean;
  home?: string;
}

const USUAL = { lengths: [131_072], samples: 40 };
const SMOKE = { lengths: [4_096], samples: 1 };

/** What is not given is as in the stored settings, where a run goes on, else by default. */
export function settingsOf(suites: readonly string[], options: EvalOptions, model: { id: string; sha256: string }, embedder: string, stored: RunSettings | undefined): RunSettings {
  if (options.resume !== undefined && options.out !== undefined) throw new UsageError('--resume names the folder; --out is for a new run');
  const byDefault: RunSettings | Omit<RunSettings, 'model' | 'modelSha256' | 'embedder'> & { tasks?: undefined } = stored ?? {
    suites: options.smoke ? SUITES.map(({ suite }) => suite.name) : [], ...(options.smoke ? SMOKE : USUAL),
    seeds: [1], mode: 'reread', effort: 'normal', routes: defaultRouteSets(ROUTES.filter((route) => route !== 'embedding' || embedder !== NO_EMBEDDER)), answer: true, maxTokens: 96, url: null,
  };
  const chosen = suites.length > 0 ? [...new Set(suites)] : byDefault.suites;
  if (chosen.length === 0) throw new UsageError(`name the suites to run, of ${SUITES.map(({ suite }) => suite.name).join(', ')}, or --smoke`);
  const tasks = options.tasks ?? byDefault.tasks;
  entriesOf(chosen, tasks);
  const mode = options.mode ?? byDefault.mode;
  const url = options.url ?? byDefault.url;
  if (mode === 'dense' && url !== null) throw new UsageError('--mode dense puts documents into the window of a model in this process; leave out --url');
  return {
    suites: chosen,
    lengths: either('--lengths', options.lengths, '--tokens', options.tokens === undefined ? undefined : [options.tokens]) ?? byDefault.lengths,
    samples: either('--samples', options.samples, '--questions', options.questions) ?? byDefault.samples,
    seeds: either('--seeds', options.seeds, '--seed', options.seed === undefined ? undefined : [options.seed]) ?? byDefault.seeds,
    model: model.id, modelSha256: model.sha256, embedder,
    mode,
    ...(tasks === undefined ? {} : { tasks }),
    effort: options.effort ?? byDefault.effort as Effort,
    routes: options.routes ?? byDefault.routes,
    answer: options.answer ?? byDefault.answer,
    maxTokens: options.maxTokens ?? byDefault.maxTokens,
    url,
  };
}

/** The suites of these names, each with those of its tasks that are wanted. */
export function entriesOf(names: readonly string[], tasks?: readonly string[]): SuiteEntry[] {
  const unknown = names.find((name) => !SUITES.some(({ suite }) => suite.name === name));
  if (unknown !== undefined) throw new UsageError(`unknown suite ${JSON.stringify(unknown)}; there are ${SUITES.map(({ suite }) => suite.name).join(', ')}`);
  const entries = names.map((name) => SUITES.find(({ suite }) => suite.name === name)!);
  if (tasks === undefined) return entries;
  const known = entries.flatMap((entry) => entry.tasks);
  const foreign = tasks.find((task) => !known.includes(task));
  if (foreign !== undefined) throw new UsageError(`unknown task ${JSON.stringify(foreign)}; ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} ${known.join(', ')}`);
  return entries.map((entry) => ({ ...entry, tasks: entry.tasks.filter((task) => tasks.includes(task)) })).filter((entry) => entry.tasks.length > 0);
}

function either<T>(nameA: string, a: T | undefined, nameB: string, b: T | undefined): T | undefined {
  if (a !== undefined && b !== undefined) throw new UsageError(`${nameB} is another name of ${nameA}; give one of them`);
  return a ?? b;
}
