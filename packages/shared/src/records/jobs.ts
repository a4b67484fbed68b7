// JobStore on Redis. The rules of the transitions are in lua/jobs.ts.
import type { Redis } from 'ioredis';
import { type ErrorData, ServiceError } from '../errors.ts';
import { withRedis } from '../redis.ts';
import { documentsOf, type JobResult, type JobState, type PartialResult, TERMINAL_JOB_STATES } from '../schema/job.ts';
import { decodeJob, toPairs } from './codec.ts';
import type { JobEvent, JobRecord, JobStore } from './contract.ts';
import type { Keys } from './keys.ts';
import * as lua from './lua/jobs.ts';
import { runScript, type Script } from './script.ts';
import type { WakeHub } from './wake.ts';

const EVENTS_PER_CALL = 500;
const OPEN_JOBS_PER_CALL = 200;
/** How scripts name a document that is not there. */
const NO_DOCUMENT = 'no-document ';

export interface JobStoreOptions {
  /** How long result and events of a terminal job live; its record lives twice as long. */
  jobTtlMs: number;
  /** Jobs of all tenants that are not terminal. */
  maxOpenJobs: number;
}

export function createJobStore(redis: Redis, keys: Keys, wake: WakeHub, options: JobStoreOptions): JobStore {
  const run = (script: Script, ...args: Array<string | number>) => runScript(redis, script, keys.prefix, args);
  const at = (): string => new Date().toISOString();
  const end = (): [string, number, number] => [at(), Date.now(), options.jobTtlMs];

  const load = async (ids: readonly string[]): Promise<Array<JobRecord | undefined>> => {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hgetall(keys.job(id));
    const replies = await withRedis(() => pipeline.exec());
    return replies!.map(([error, hash]) => {
      if (error) throw error;
      return decodeJob(hash as Record<string, string>);
    });
  };

  const get = async (tenant: string, id: string): Promise<JobRecord | undefined> => {
    const [job] = await load([id]);
    return job?.tenant === tenant ? job : undefined;
  };

  const refuseFull = (reply: string): never => {
    const open = Number(reply.slice('full '.length));
    throw new ServiceError('QUEUE_FULL', `${open} jobs are open, the limit is ${options.maxOpenJobs}`, { details: { limit: options.maxOpenJobs, actual: open } });
  };
  const refuseDocument = (reply: string): never => {
    const document = reply.slice(NO_DOCUMENT.length);
    throw new ServiceError('NOT_FOUND', `there is no document ${document}`, { details: { document } });
  };

  return {
    async create(job) {
      const fields = toPairs({
        request: JSON.stringify(job.request), readingIds: job.readingIds.join(' '), model: job.model,
        startedAt: job.startedAt, finishedAt: job.finishedAt, worker: job.worker,
      });
      const reply = String(await run(lua.createJob, job.id, job.tenant, documentsOf(job.request).join(' '), at(), Date.now(), options.maxOpenJobs, ...fields));
      if (reply === 'foreign') throw new ServiceError('NOT_FOUND', `there is no job ${job.id}`);
      if (reply.startsWith(NO_DOCUMENT)) refuseDocument(reply);
      if (reply.startsWith('full ')) refuseFull(reply);
      return (await get(job.tenant, job.id))!;
    },

    get,

    async list(tenant, { state, limit, after }) {
      const index = keys.tenantJobs(tenant, state);
      const data: JobRecord[] = [];
      let below = after;
      for (;;) {
        const ids = await withRedis(() => redis.zrange(index, below ? `(${below}` : '+', '-', 'BYLEX', 'REV', 'LIMIT', 0, limit + 1));
        const jobs = await load(ids);
        for (const [i, id] of ids.entries()) {
          const job = jobs[i];
          if (!job) await withRedis(() => redis.zrem(index, id)); // expired
          else if (state === undefined || job.state === state) data.push(job);
        }
        if (data.length > limit) return { data: data.slice(0, limit), hasMore: true };
        if (ids.length <= limit) return { data, hasMore: false };
        below = ids.at(-1)!;
      }
    },

    async markReading(id) {
      return (await run(lua.markReading, id, at())) === 1;
    },

    async startAttempt(id, worker) {
      return Number(await run(lua.startAttempt, id, worker, at())) || undefined;
    },

    async setPartial(id, expectedRun, partial: PartialResult) {
      return (await run(lua.setPartial, id, expectedRun, partial.coverage.tokensRead, JSON.stringify(partial), at())) === 1;
    },

    async complete(id, attempt, result) {
      return (await run(lua.completeJob, id, attempt, JSON.stringify(result), ...end())) === 1;
    },

    async fail(id, error: ErrorData, attempt) {
      return (await run(lua.failJob, id, attempt ?? '', JSON.stringify(error), ...end())) === 1;
    },

    async requestCancel(tenant, id) {
      return ((await run(lua.requestCancel, tenant, id, ...end())) as JobState | '') || undefined;
    },

    async cancelled(id) {
      return (await run(lua.jobCancelled, id, ...end())) === 1;
    },

    async cancelRequested(ids) {
      if (ids.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.hexists(keys.job(id), 'cancelRequestedAt');
      const replies = await withRedis(() => pipeline.exec());
      return ids.filter((_, i) => {
        const [error, asked] = replies![i]!;
        if (error) throw error;
        return asked === 1;
      });
    },

    async states(ids) {
      if (ids.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.hget(keys.job(id), 'state');
      return (await withRedis(() => pipeline.exec()))!.map(([error, state]) => {
        if (error) throw error;
        return (state as JobState | null) ?? undefined;
      });
    },

    async retry(tenant, id) {
      const job = await get(tenant, id);
      if (!job) return undefined;
      const reply = String(await run(lua.retryJob, tenant, id, at(), options.maxOpenJobs));
      if (reply.startsWith(NO_DOCUMENT)) refuseDocument(reply);
      if (reply.startsWith('full ')) refuseFull(reply);
      if (reply === 'completed') throw new ServiceError('VALIDATION', `job ${id} is completed: only failed and cancelled jobs can be retried`);
      if (reply !== 'retried' && reply !== '') throw new ServiceError('NOT_TERMINAL', `job ${id} is ${reply}: only failed and cancelled jobs can be retried`);
      return get(tenant, id);
    },

    async nextRun(id, current) {
      return Number(await run(lua.nextRun, id, current)) || undefined;
    },

    async *open() {
      let cursor = '0';
      do {
        const [next, ids] = await withRedis(() => redis.sscan(keys.openJobs, cursor, 'COUNT', OPEN_JOBS_PER_CALL));
        cursor = next;
        for (const job of await load(ids)) if (job && !TERMINAL_JOB_STATES.includes(job.state)) yield job;
      } while (cursor !== '0');
    },

    numOpen: () => withRedis(() => redis.scard(keys.openJobs)),

    async remove(tenant, id) {
      const reply = await run(lua.removeJob, tenant, id);
      if (reply === 'removed' || reply === '') return reply === 'removed';
      throw new ServiceError('NOT_TERMINAL', `job ${id} is ${String(reply)}: cancel it before it can be deleted`, { details: { state: String(reply) } });
    },

    async result(tenant, id) {
      const [owner, json] = await withRedis(() => Promise.all([redis.hget(keys.job(id), 'tenant'), redis.get(keys.jobResult(id))]));
      return owner === tenant && json ? (JSON.parse(json) as JobResult) : undefined;
    },

    async appendEvent(id, type, data, attempt) {
      return Number(await run(lua.appendEvent, id, type, JSON.stringify(data), at(), attempt ?? ''));
    },

    async events(tenant, id, after, waitMs, signal) {
      const read = async (): Promise<{ events: JobEvent[]; over: boolean }> => {
        const reply = (await run(lua.readEvents, tenant, id, after, EVENTS_PER_CALL)) as [] | [JobState, string[]];
        const [state, lines = []] = reply;
        return { events: lines.map((line) => JSON.parse(line) as JobEvent), over: state === undefined || TERMINAL_JOB_STATES.includes(state) };
      };
      const first = await read();
      if (first.events.length > 0 || first.over || waitMs <= 0) return first.events;
      const deadline = Date.now() + waitMs;
      const listener = wake.listen(keys.jobWake(id));
      try {
        for (;;) {
          await listener.next(deadline - Date.now(), signal);
          const { events, over } = await read();
          if (events.length > 0 || over || signal?.aborted || Date.now() >= deadline) return events;
        }
      } finally {
        listener.close();
      }
    },
  };
}

