// Turns definition tables into prom-client metrics on a registry, typed by their labels.
import assert from 'node:assert/strict';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DefinitionTable, LabelValues, MetricDefinition } from './definition.ts';

type LabelNames<L extends LabelValues> = Extract<keyof L, string>;
type MetricOf<D> =
  D extends MetricDefinition<'counter', infer L> ? Counter<LabelNames<L>>
    : D extends MetricDefinition<'gauge', infer L> ? Gauge<LabelNames<L>>
      : D extends MetricDefinition<'histogram', infer L> ? Histogram<LabelNames<L>>
        : never;
export type MetricsOf<T extends DefinitionTable> = { readonly [K in keyof T]: MetricOf<T[K]> };

/** Series that a metric may be given at the start; more would be a mistake in the table. */
const MAX_INITIAL_SERIES = 64;

export function createMetrics<T extends DefinitionTable>(registry: Registry, table: T): MetricsOf<T> {
  return Object.fromEntries(Object.entries(table).map(([key, definition]) => [key, createMetric(registry, definition)])) as MetricsOf<T>;
}

function createMetric(registry: Registry, definition: MetricDefinition): Counter | Gauge | Histogram {
  const base = { name: definition.name, help: definition.help, labelNames: Object.keys(definition.labels), registers: [registry] };
  if (definition.kind === 'gauge') return new Gauge(base);
  // Counters and histograms start at 0 for every known series: increase() cannot see a series' first value.
  const series = initialSeries(definition.labels);
  if (definition.kind === 'counter') {
    const metric = new Counter(base);
    for (const labels of series) metric.inc(labels, 0);
    return metric;
  }
  assert(definition.buckets, `${definition.name}: a histogram needs buckets`);
  const metric = new Histogram({ ...base, buckets: [...definition.buckets] });
  for (const labels of series) metric.zero(labels);
  return metric;
}

/** All combinations of the listed label values; none when a label's values are not listed. */
function initialSeries(labels: LabelValues): Array<Record<string, string>> {
  let series: Array<Record<string, string>> = [{}];
  for (const [name, values] of Object.entries(labels)) {
    series = (values ?? []).flatMap((value) => series.map((one) => ({ ...one, [name]: value })));
  }
  assert(series.length <= MAX_INITIAL_SERIES, `${series.length} initial series`);
  return series;
}
