// Can this process do its work? Asked by load balancers, so it never takes long.
import type { Readiness } from '@lectern/shared';
import type { ApiDeps } from '../deps.ts';

const TIMEOUT_MS = 1_000;

export async function isReady({ redis, workers, drain }: Pick<ApiDeps, 'redis' | 'workers' | 'drain'>): Promise<Readiness> {
  const draining = drain.signal.aborted;
  const numWorkers = await within(TIMEOUT_MS, redis.ping().then(() => workers.list()).then((list) => list.length)).catch(() => undefined);
  const isUp = numWorkers !== undefined;
  const status = !isUp || draining ? 'unavailable' : numWorkers === 0 ? 'degraded' : 'ready';
  return { status, redis: isUp, draining, numWorkers: numWorkers ?? 0 };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([work, new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    })]);
  } finally {
    clearTimeout(timer);
  }
}
