// /v1/jobs: ask, look, cancel, ask again, forget.
import { cancelJob, jobListSchema, JOB_STATES, type JobRecord, jobRequestSchema, jobViewSchema, ServiceError, startJob } from '@lectern/shared';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { sendIfChanged } from '../http/etag.ts';
import { intQuery } from '../http/parse.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { idempotencyKeyOf, onlyOnce } from '../jobs/idempotency.ts';
import { submitJob } from '../jobs/submit.ts';
import { loadJobView } from '../jobs/view.ts';
import { isTerminal, MAX_WAIT_S, preferredWait, waitForEnd } from '../jobs/wait.ts';
import { pageQuery } from './page.ts';

const POLL_AFTER_S = '1';
export const jobParams = z.object({ id: z.string().regex(/^job_[0-9a-z]{26}$/) });
export const noJob = (id: string): ServiceError => new ServiceError('NOT_FOUND', `there is no job ${id}`);

export function jobRoutes(deps: ApiDeps): Route[] {
  const { jobs, readings, metrics } = deps;

  const create = defineRoute({
    method: 'post',
    path: '/v1/jobs',
    summary: 'Ask for an answer, a search or a reading.',
    headers: {
      'Idempotency-Key': 'The same key and request within 24 hours (IDEMPOTENCY_TTL_S) get the first answer again, with Idempotency-Replayed: true.',
      Prefer: `wait=N: wait up to N seconds (at most ${MAX_WAIT_S}) for the job's end.`,
    },
    body: jobRequestSchema,
    responses: {
      202: { description: 'Accepted.', schema: jobViewSchema, headers: { Location: 'The job.', 'Retry-After': 'Seconds.' } },
      200: { description: 'Ended within the preferred wait.', schema: jobViewSchema, headers: { Location: 'The job.' } },
    },
    errors: ['VALIDATION', 'BAD_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'NOT_FOUND', 'IDEMPOTENCY_KEY_MALFORMED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_FLIGHT', 'QUEUE_FULL', 'DRAINING'],
    makesWork: true,
    async handle({ body, tenant, req, res, signal }) {
      const key = idempotencyKeyOf(req.get('idempotency-key'));
      const { response, replayed } = await onlyOnce(deps, { tenant, key, request: body }, async (jobId) => {
        const job = await submitJob(deps, tenant, jobId, body);
        return { status: 202, headers: { Location: `/v1/jobs/${jobId}`, 'Retry-After': POLL_AFTER_S }, body: await loadJobView(readings, job) };
      });
      res.set(response.headers);
      if (replayed) res.set('Idempotency-Replayed', 'true');
      const waitS = replayed ? undefined : preferredWait(req.get('prefer'));
      if (waitS !== undefined) {
        res.set('Preference-Applied', `wait=${waitS}`);
        const { id } = response.body as { id: string };
        const job = await waitForEnd(jobs, tenant, id, waitS * 1000, signal);
        if (job && isTerminal(job)) {
          res.removeHeader('Retry-After');
          res.json(await loadJobView(readings, job));
          return;
        }
      }
      res.status(response.status).json(response.body);
    },
  });

  const list = defineRoute({
    method: 'get',
    path: '/v1/jobs',
    summary: 'Jobs, newest first.',
    query: pageQuery.extend({ state: z.enum(JOB_STATES).optional() }),
    responses: { 200: { description: 'A page.', schema: jobListSchema } },
    errors: ['VALIDATION'],
    async handle({ query, tenant, res }) {
      const { data, hasMore } = await jobs.list(tenant, query);
      res.json({ data: await Promise.all(data.map((job) => loadJobView(readings, job))), hasMore, ...(hasMore ? { nextCursor: data.at(-1)!.id } : {}) });
    },
  });

  const get = defineRoute({
    method: 'get',
    path: '/v1/jobs/{id}',
    summary: 'One job, with the progress of its reading.',
    params: jobParams,
    query: z.strictObject({ wait: intQuery(0, MAX_WAIT_S).default(0) }),
    headers: { 'If-None-Match': 'ETag of the answer before: 304 when nothing changed.' },
    responses: {
      200: { description: 'The job; with ?wait= when it has ended or that many seconds are over.', schema: jobViewSchema, headers: { ETag: 'Changes with the job.', 'Retry-After': 'While the job is not terminal.' } },
      304: { description: 'Nothing changed.' },
    },
    errors: ['NOT_FOUND', 'VALIDATION'],
    async handle({ params: { id }, query, tenant, req, res, signal }) {
      const job = await waitForEnd(jobs, tenant, id, query.wait * 1000, signal);
      if (!job) throw noJob(id);
      if (!isTerminal(job)) res.set('Retry-After', POLL_AFTER_S);
      sendIfChanged(req, res, await loadJobView(readings, job));
    },
  });

  const cancel = defineRoute({
    method: 'post',
    path: '/v1/jobs/{id}/cancel',
    summary: 'Stop a job. Terminal jobs are returned as they are.',
    params: jobParams,
    responses: {
      200: { description: 'The job is terminal.', schema: jobViewSchema },
      202: { description: 'A worker is being told; poll the job.', schema: jobViewSchema },
    },
    errors: ['NOT_FOUND'],
    async handle({ params: { id }, tenant, res }) {
      const before = await jobs.get(tenant, id);
      const job = before && (await cancelJob(deps, tenant, id));
      if (!job) throw noJob(id);
      if (!isTerminal(before) && job.state === 'cancelled') countCancelled(job);
      res.status(isTerminal(job) ? 200 : 202).json(await loadJobView(readings, job));
    },
  });

  const countCancelled = (job: JobRecord): void => {
    const { task } = job.request;
    metrics.jobsFinished.inc({ task, status: 'cancelled', reason: 'none' });
    metrics.jobDuration.observe({ task, status: 'cancelled' }, (Date.now() - Date.parse(job.createdAt)) / 1000);
    metrics.jobCancelLatency.observe((Date.parse(job.finishedAt!) - Date.parse(job.cancelRequestedAt!)) / 1000);
  };

  const retry = defineRoute({
    method: 'post',
    path: '/v1/jobs/{id}/retry',
    summary: 'Run a failed or cancelled job again.',
    params: jobParams,
    responses: { 202: { description: 'Accepted.', schema: jobViewSchema, headers: { Location: 'The job.', 'Retry-After': 'Seconds.' } } },
    errors: ['NOT_FOUND', 'NOT_TERMINAL', 'VALIDATION', 'QUEUE_FULL', 'DRAINING'],
    makesWork: true,
    async handle({ params: { id }, tenant, res }) {
      const job = await jobs.retry(tenant, id);
      if (!job) throw noJob(id);
      await startJob(deps, job);
      res.status(202).location(`/v1/jobs/${id}`).set('Retry-After', POLL_AFTER_S).json(await loadJobView(readings, (await jobs.get(tenant, id)) ?? job));
    },
  });

  const remove = defineRoute({
    method: 'delete',
    path: '/v1/jobs/{id}',
    summary: 'Forget a terminal job, its result and its events.',
    params: jobParams,
    responses: { 204: { description: 'Gone.' } },
    errors: ['NOT_FOUND', 'NOT_TERMINAL'],
    async handle({ params: { id }, tenant, res }) {
      if (!(await jobs.remove(tenant, id))) throw noJob(id);
      res.status(204).end();
    },
  });

  return [create, list, get, cancel, retry, remove];
}
