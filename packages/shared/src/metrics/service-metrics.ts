// The metrics of the API and of the worker: what each registers, and the list of all for documents and tests.
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { createMetrics, type MetricsOf } from './create.ts';
import type { MetricDefinition } from './definition.ts';
import * as d from './definitions.ts';
import { registerProcessMemory } from './process-memory.ts';

const common = { ...d.serviceDefinitions, ...d.jobDefinitions, ...d.blobDefinitions, ...d.redisCommandDefinitions };
const apiTable = { ...common, ...d.httpDefinitions, ...d.admissionDefinitions };
const workerTable = { ...common, ...d.taskDefinitions, ...d.workerDefinitions, ...d.readingDefinitions, ...d.attentionDefinitions, ...d.cacheDefinitions, ...d.ledgerDefinitions };

export type ApiMetrics = MetricsOf<typeof apiTable>;
export type WorkerMetrics = MetricsOf<typeof workerTable>;

/** Beside these, the API registers the gauges of registerQueueMetrics and registerRedisMetrics. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  collectDefaultMetrics({ register: registry });
  const metrics = createMetrics(registry, apiTable);
  registerProcessMemory(registry, metrics.samplerFailures);
  return metrics;
}

/** Beside these, the worker registers the gauges of registerRedisMetrics. */
export function createWorkerMetrics(registry: Registry): WorkerMetrics {
  collectDefaultMetrics({ register: registry });
  const metrics = createMetrics(registry, workerTable);
  registerProcessMemory(registry, metrics.samplerFailures);
  return metrics;
}

export interface ListedMetric extends MetricDefinition {
  readonly services: ReadonlyArray<'api' | 'worker'>;
}

/** Every metric with the prefix, by name: dashboards, rules and the operators' table are checked against it. */
export function listMetrics(): ListedMetric[] {
  const sampled = { ...d.processDefinitions, ...d.redisDefinitions };
  const ofApi = new Set<MetricDefinition>(Object.values({ ...apiTable, ...d.queueDefinitions, ...sampled }));
  const ofWorker = new Set<MetricDefinition>(Object.values({ ...workerTable, ...sampled }));
  return [...new Set([...ofApi, ...ofWorker])]
    .map((definition) => ({
      ...definition,
      services: [...(ofApi.has(definition) ? ['api' as const] : []), ...(ofWorker.has(definition) ? ['worker' as const] : [])],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
