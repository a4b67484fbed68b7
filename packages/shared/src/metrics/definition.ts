// The shape of a metric's definition (plain data) and the words to write one. Names get the prefix here and nowhere else.
export const METRIC_PREFIX = 'lectern_';

/** Label name -> its closed list of values, or null when the values are bounded but not listed (route, status). Never an id. */
export type LabelValues = Readonly<Record<string, readonly string[] | null>>;

export interface MetricDefinition<K extends 'counter' | 'gauge' | 'histogram' = 'counter' | 'gauge' | 'histogram', L extends LabelValues = LabelValues> {
  readonly kind: K;
  readonly name: string; // with prefix, base units
  readonly help: string;
  readonly labels: L;
  readonly buckets?: readonly number[]; // histograms only, ascending
}

export type DefinitionTable = Readonly<Record<string, MetricDefinition>>;

export function counter<const L extends LabelValues = Record<never, never>>(name: string, help: string, labels: L = {} as L): MetricDefinition<'counter', L> {
  return { kind: 'counter', name: METRIC_PREFIX + name, help, labels };
}

export function gauge<const L extends LabelValues = Record<never, never>>(name: string, help: string, labels: L = {} as L): MetricDefinition<'gauge', L> {
  return { kind: 'gauge', name: METRIC_PREFIX + name, help, labels };
}

export function histogram<const L extends LabelValues = Record<never, never>>(
  name: string, help: string, buckets: readonly number[], labels: L = {} as L,
): MetricDefinition<'histogram', L> {
  return { kind: 'histogram', name: METRIC_PREFIX + name, help, labels, buckets };
}

/** Upper bounds in seconds. */
export const BUCKETS = {
  request: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  wait: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
  job: [0.1, 0.3, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200],
  operation: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
  token: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5],
  chunk: [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60],
} as const;

/** Tokens, 1-2-5 steps. */
export const TOKEN_BUCKETS = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6] as const;
