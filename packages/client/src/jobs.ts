// /v1/jobs.
import { jobListSchema, jobResultSchema, jobViewSchema, type JobEventView, type JobList, type JobRequest, type JobResult, type JobState, type JobView, TERMINAL_JOB_STATES } from '@lectern/shared';
import { type EventsOptions, jobEvents } from './events.ts';
import type { Http } from './http.ts';
import { Patience } from './retry.ts';

interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** Defaults are filled in by the server. */
export type NewJob = Partial<JobRequest> & ({ document: string } | { documents: string[] });

export interface JobsClient {
  /** With waitSeconds (at most 60) it comes back at the job's end, if that is sooner. */
  create(request: NewJob, options?: CallOptions & { idempotencyKey?: string | undefined; waitSeconds?: number | undefined }): Promise<JobView>;
  get(id: string, options?: CallOptions & { waitSeconds?: number | undefined }): Promise<JobView>;
  /** The job at its end (completed, failed or cancelled). Survives restarts of the service. `onChange` sees it at least every `everySeconds`. */
  wait(id: string, options?: CallOptions & { onChange?: ((job: JobView) => void) | undefined; everySeconds?: number | undefined }): Promise<JobView>;
  /** Throws the job's own error when it failed, JOB_CANCELLED, RESULT_NOT_READY or EXPIRED. */
  result(id: string, options?: CallOptions): Promise<JobResult>;
  /** From `after` (or the start) to the job's end; reconnects by itself. */
  events(id: string, options?: EventsOptions): AsyncGenerator<JobEventView>;
  cancel(id: string, options?: CallOptions): Promise<JobView>;
  retry(id: string, options?: CallOptions): Promise<JobView>;
  /** Newest first; `after` is the nextCursor of the page before. */
  list(options?: CallOptions & { state?: JobState | undefined; limit?: number | undefined; after?: string | undefined }): Promise<JobList>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

const LONG_POLL_S = 30;

export function jobsClient(http: Http, baseUrl: string): JobsClient {
  const at = (id: string, rest = ''): string => `/v1/jobs/${encodeURIComponent(id)}${rest}`;
  const get: JobsClient['get'] = (id, { waitSeconds, signal } = {}) => http.json({ method: 'GET', path: at(id), query: { wait: waitSeconds }, signal }, jobViewSchema);
  return {
    create(request, { idempotencyKey, waitSeconds, signal } = {}) {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey, Prefer: waitSeconds === undefined ? undefined : `wait=${waitSeconds}` };
      return http.json({ method: 'POST', path: '/v1/jobs', headers, body: JSON.stringify(request), signal }, jobViewSchema);
    },
    get,
    async wait(id, { onChange, everySeconds = LONG_POLL_S, signal } = {}) {
      const patience = new Patience();
      let waitSeconds = 0;
      for (;;) {
        try {
          const job = await get(id, { waitSeconds, signal });
          patience.reset();
          onChange?.(job);
          if (TERMINAL_JOB_STATES.includes(job.state)) return job;
          waitSeconds = everySeconds;
        } catch (error) {
          await patience.next(error, signal);
        }
      }
    },
    result: (id, { signal } = {}) => http.json({ method: 'GET', path: at(id, '/result'), signal }, jobResultSchema),
    events: (id, options = {}) => jobEvents(http, baseUrl, id, options),
    cancel: (id, { signal } = {}) => http.json({ method: 'POST', path: at(id, '/cancel'), signal }, jobViewSchema),
    retry: (id, { signal } = {}) => http.json({ method: 'POST', path: at(id, '/retry'), signal }, jobViewSchema),
    list: ({ signal, ...query } = {}) => http.json({ method: 'GET', path: '/v1/jobs', query, signal }, jobListSchema),
    async delete(id, { signal } = {}) {
      await http.send({ method: 'DELETE', path: at(id), signal });
    },
  };
}
