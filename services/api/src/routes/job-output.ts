// /v1/jobs/{id}/result and /events: what comes out of a job.
import { errorFromData, jobEventViewSchema, jobResultSchema, ServiceError } from '@lectern/shared';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { intQuery, parse } from '../http/parse.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { streamEvents } from '../jobs/event-stream.ts';
import { isTerminal } from '../jobs/wait.ts';
import { jobParams, noJob } from './jobs.ts';

const seqQuery = intQuery(0, Number.MAX_SAFE_INTEGER);

export function jobOutputRoutes(deps: ApiDeps): Route[] {
  const { jobs } = deps;

  const result = defineRoute({
    method: 'get',
    path: '/v1/jobs/{id}/result',
    summary: 'The result of a completed job; the error of a failed one.',
    params: jobParams,
    responses: { 200: { description: 'The result.', schema: jobResultSchema } },
    errors: ['NOT_FOUND', 'RESULT_NOT_READY', 'JOB_CANCELLED', 'EXPIRED'],
    async handle({ params: { id }, tenant, res }) {
      const job = await jobs.get(tenant, id);
      if (!job) throw noJob(id);
      if (job.state === 'failed') throw errorFromData(job.error ?? { code: 'INTERNAL', message: `job ${id} failed without saying why` });
      if (job.state === 'cancelled') throw new ServiceError('JOB_CANCELLED', `job ${id} was cancelled`);
      if (job.state !== 'completed') throw new ServiceError('RESULT_NOT_READY', `job ${id} is ${job.state}`, { details: { state: job.state } });
      const found = await jobs.result(tenant, id);
      if (!found) throw new ServiceError('EXPIRED', `the result of job ${id} has expired; it ended at ${job.finishedAt}`, { details: { finishedAt: job.finishedAt ?? null } });
      res.json(found);
    },
  });

  const events = defineRoute({
    method: 'get',
    path: '/v1/jobs/{id}/events',
    summary: 'Server-sent events: state, delta, partial, done (numbered; resumable) and progress (not numbered). Ends after the end of the job.',
    params: jobParams,
    query: z.strictObject({ starting_after: seqQuery.optional() }),
    headers: { 'Last-Event-ID': 'Number of the last event received; goes before ?starting_after=.' },
    responses: {
      200: { description: 'One JSON object per event.', schema: jobEventViewSchema, mediaType: 'text/event-stream' },
      204: { description: 'The job has ended and there is nothing after that event.' },
    },
    errors: ['NOT_FOUND', 'VALIDATION'],
    async handle({ params: { id }, query, tenant, req, res, signal }) {
      const job = await jobs.get(tenant, id);
      if (!job) throw noJob(id);
      const header = req.get('last-event-id');
      const after = (header === undefined ? query.starting_after : parse(seqQuery, header, 'query')) ?? 0;
      if (isTerminal(job) && (await jobs.events(tenant, id, after, 0)).length === 0) {
        res.status(204).end();
        return;
      }
      await streamEvents(deps, { tenant, id, after, res, signal });
    },
  });

  return [result, events];
}
