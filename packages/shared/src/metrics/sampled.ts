// Gauges whose values are read when Prometheus asks: one read per second at most, and never longer than the timeout.
import { type Counter, Gauge, type Registry } from 'prom-client';
import type { MetricDefinition } from './definition.ts';

export interface SampleLimits {
  ttlMs?: number;
  /** Below the shortest scrape timeout in use (1 s). */
  timeoutMs?: number;
}

/**
 * `read`, at most once per ttlMs, rejected after timeoutMs. A read that hangs is not started a second time:
 * callers wait for the one under way, each with its own timeout.
 */
export function cachedSample<T>(read: () => Promise<T>, { ttlMs = 1000, timeoutMs = 800 }: SampleLimits = {}): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  let fresh: { value: T; at: number } | undefined;
  return async () => {
    if (fresh && performance.now() - fresh.at < ttlMs) return fresh.value;
    underWay ??= read()
      .then((value) => {
        fresh = { value, at: performance.now() };
        return value;
      })
      .finally(() => { underWay = undefined; });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no sample within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([underWay, timeout]);
    } finally {
      clearTimeout(timer);
    }
  };
}

export interface SampleRow { labels?: Record<string, string>; value: number }

/** No rows leave the gauge without values. A failed sample leaves the gauge without values (no stale figure) and is counted; the other metrics are still served. */
export function registerSampledGauge(
  registry: Registry,
  definition: MetricDefinition<'gauge'>,
  failures: Counter<'sampler'>,
  rows: () => Promise<SampleRow[]> | SampleRow[],
): void {
  new Gauge({
    name: definition.name, help: definition.help, labelNames: Object.keys(definition.labels), registers: [registry],
    async collect() {
      try {
        const sampled = await rows();
        clear(this);
        for (const { labels, value } of sampled) this.set(labels ?? {}, value);
      } catch {
        clear(this);
        failures.inc({ sampler: definition.name });
      }
    },
  });
}

function clear(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({}); // reset gives a gauge without labels the value 0
}
