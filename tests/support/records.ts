// Records and queues on a Redis of their own, without API or worker.
import { connectRedis, createStores, type JobDeps, openQueues, type Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestRecords {
  server: TestRedis;
  redis: Redis;
  stores: Stores;
  deps: JobDeps;
  close(): Promise<void>;
}

export async function openRecords(options: Parameters<typeof createStores>[1] = {}): Promise<TestRecords> {
  const server = await startRedis();
  const redis = await connectRedis(server.url, { role: 'client' });
  const stores = createStores(redis, options);
  const queues = openQueues(redis);
  return {
    server, redis, stores, deps: { ...stores, ...queues },
    async close() {
      await queues.close();
      stores.close();
      redis.disconnect();
      await server.stop();
    },
  };
}
