// What the service says about itself: models, queue, health, metrics.
import { healthSchema, modelListSchema, queueViewSchema, readinessSchema, withRedis } from '@lectern/shared';
import type { Queue } from 'bullmq';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { modelsOf } from '../service/models.ts';
import { isReady } from '../service/readiness.ts';
import { workWaiting } from '../service/work-waiting.ts';

export function serviceRoutes(deps: ApiDeps): Route[] {
  const { workers, jobs, readings, readQueue, askQueue, config, registry } = deps;

  const models = defineRoute({
    method: 'get',
    path: '/v1/models',
    summary: 'Models that workers have loaded now.',
    responses: { 200: { description: 'The models.', schema: modelListSchema } },
    errors: [],
    async handle({ res }) {
      res.json({ data: modelsOf(await workers.list(), config.DEFAULT_MODEL) });
    },
  });

  const counts = async (queue: Queue) => {
    const c = await withRedis(() => queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'failed'));
    return { waiting: c['waiting']! + c['prioritized']!, active: c['active']!, delayed: c['delayed']!, waitingChildren: c['waiting-children']!, failed: c['failed']! };
  };

  const queue = defineRoute({
    method: 'get',
    path: '/v1/queue',
    summary: 'How much work waits, and who does it. Counts are of all tenants.',
    responses: { 200: { description: 'Counts of tasks, jobs, tokens; the workers.', schema: queueViewSchema } },
    errors: [],
    async handle({ res }) {
      const [read, ask, openJobs, waiting, announced] = await Promise.all([counts(readQueue), counts(askQueue), jobs.numOpen(), workWaiting(readings), workers.list()]);
      const seen = announced.map(({ id, engine, device, readThreads, askThreads, residentBytes, memoryLimitBytes }) => ({ id, engine, device, readThreads, askThreads, residentBytes, memoryLimitBytes }));
      res.json({ read, ask, openJobs, maxOpenJobs: config.MAX_QUEUED_JOBS, ...waiting, workers: seen });
    },
  });

  const health = defineRoute({
    method: 'get',
    path: '/healthz',
    summary: 'Is the process alive? Looks at nothing else.',
    responses: { 200: { description: 'It is.', schema: healthSchema } },
    errors: [],
    isOpen: true,
    handle({ res }) {
      res.json({ status: 'ok' });
    },
  });

  const ready = defineRoute({
    method: 'get',
    path: '/readyz',
    summary: 'Should requests come here? `degraded` (no worker) still takes them: they wait.',
    responses: { 200: { description: 'ready or degraded.', schema: readinessSchema }, 503: { description: 'unavailable.', schema: readinessSchema } },
    errors: [],
    isOpen: true,
    async handle({ res }) {
      const readiness = await isReady(deps);
      res.status(readiness.status === 'unavailable' ? 503 : 200).json(readiness);
    },
  });

  const metrics = defineRoute({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics for Prometheus. No ids, names or texts.',
    responses: { 200: { description: 'Prometheus text format.', mediaType: 'text/plain' } },
    errors: [],
    isOpen: true,
    async handle({ res }) {
      res.type(registry.contentType).send(await registry.metrics());
    },
  });

  return [models, queue, health, ready, metrics];
}
