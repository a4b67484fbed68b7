// WorkerStore on Redis: who is there. Entries expire when a worker stops announcing itself.
import type { Redis } from 'ioredis';
import { withRedis } from '../redis.ts';
import type { WorkerAnnouncement, WorkerStore } from './contract.ts';
import type { Keys } from './keys.ts';

export function createWorkerStore(redis: Redis, keys: Keys): WorkerStore {
  return {
    async announce(worker, ttlMs) {
      await withRedis(() => redis.multi()
        .set(keys.worker(worker.id), JSON.stringify(worker), 'PX', ttlMs)
        .zadd(keys.workers, String(Date.now() + ttlMs), worker.id)
        .zremrangebyscore(keys.workers, '-inf', String(Date.now() - ttlMs))
        .exec());
    },

    async withdraw(id) {
      await withRedis(() => redis.multi().del(keys.worker(id)).zrem(keys.workers, id).exec());
    },

    async list() {
      const ids = await withRedis(() => redis.zrange(keys.workers, '0', '-1'));
      if (ids.length === 0) return [];
      const found = await withRedis(() => redis.mget(ids.map((id) => keys.worker(id))));
      return found.flatMap((json) => (json === null ? [] : [JSON.parse(json) as WorkerAnnouncement]));
    },
  };
}
