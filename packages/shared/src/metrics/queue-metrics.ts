// Gauges of the queues, read from Redis when the API is scraped.
import type { Counter, Registry } from 'prom-client';
import { queueDefinitions as d } from './definitions.ts';
import { cachedSample, registerSampledGauge, type SampleLimits, type SampleRow } from './sampled.ts';

/** What is asked of a BullMQ Queue. */
export interface CountableQueue {
  readonly name: string;
  getJobCounts(...states: never[]): Promise<Record<string, number>>;
}

export interface QueueSources {
  queues: readonly CountableQueue[];
  /** Tokens of planned readings that are not yet encoded. */
  tokensWaiting: () => Promise<number>;
  workersAnnounced: () => Promise<number>;
}

export function registerQueueMetrics(registry: Registry, failures: Counter<'sampler'>, sources: QueueSources, limits?: SampleLimits): void {
  const counts = cachedSample(() => Promise.all(sources.queues.map(countTasks)), limits);
  const tokens = cachedSample(sources.tokensWaiting, limits);
  const workers = cachedSample(sources.workersAnnounced, limits);
  registerSampledGauge(registry, d.queueTasks, failures, async () => (await counts()).flat());
  registerSampledGauge(registry, d.queueTokensWaiting, failures, async () => [{ value: await tokens() }]);
  registerSampledGauge(registry, d.workersAnnounced, failures, async () => [{ value: await workers() }]);
}

async function countTasks(queue: CountableQueue): Promise<SampleRow[]> {
  const counts = await queue.getJobCounts();
  return Object.entries(counts).map(([state, value]) => ({ labels: { queue: queue.name, state }, value }));
}
