// A task that this worker cannot do, and another may: it goes back untouched, without using up an attempt, and waits a little.
// Bounded on both sides: a task is offered less and less often, and a worker hands back so many a second, however many there are.
import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import type { WorkerParts } from '../parts.ts';

const RETRY_MS = 1_000;
/** Until newer workers come it may take a while; once they are there, it should not. */
const MAX_NEWER_RETRY_MS = 5_000;
/** After a newer task its slot takes no other for so long: newer workers should come first. */
const REST_AFTER_NEWER_MS = 500;
const MAX_PER_SECOND = 20;

/** `isNewer`: the task or what is stored for it was made by a newer version; else it is for another model or reader, and a worker with that may be busy only now. */
export class NotForThisWorker extends Error {
  readonly isNewer: boolean;

  constructor(message: string, { isNewer = false }: { isNewer?: boolean } = {}) {
    super(message);
    this.isNewer = isNewer;
  }
}

/** Lets through so many a second, one after the other. */
export class Pace {
  readonly #intervalMs: number;
  #nextAt = 0;

  constructor(maxPerSecond: number = MAX_PER_SECOND) {
    this.#intervalMs = 1000 / maxPerSecond;
  }

  async turn(now: number = performance.now()): Promise<void> {
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    if (at > now) await sleep(at - now);
  }
}

export function retryDelayMs(isNewer: boolean, timesStarted: number): number {
  return isNewer ? Math.min(MAX_NEWER_RETRY_MS, RETRY_MS * 2 ** Math.max(0, timesStarted - 1)) : RETRY_MS;
}

export async function handBack({ log, handBacks }: WorkerParts, job: Job, reason: NotForThisWorker): Promise<never> {
  assert(job.token, 'a task that runs has a lock');
  log.warn({ task: job.id, reason: reason.message }, 'task put back for another worker');
  await handBacks.turn();
  await job.moveToDelayed(Date.now() + retryDelayMs(reason.isNewer, job.attemptsStarted), job.token);
  if (reason.isNewer) await sleep(REST_AFTER_NEWER_MS);
  throw new DelayedError();
}
