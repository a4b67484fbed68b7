// All records over one Redis connection.
import type { Redis } from 'ioredis';
import type { DocumentStore, IdempotencyStore, JobStore, ReadingStore, WorkerStore } from './contract.ts';
import { createDocumentStore } from './documents.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { createJobStore } from './jobs.ts';
import { DEFAULT_PREFIX, makeKeys } from './keys.ts';
import { createReadingStore } from './readings.ts';
import { WakeHub } from './wake.ts';
import { createWorkerStore } from './workers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface StoresOptions {
  /** Of every key. @default 'lectern:' */
  prefix?: string;
  /** Result and events of a terminal job; its record lives twice as long. @default 24 hours */
  jobTtlMs?: number;
  /** @default 24 hours */
  idempotencyTtlMs?: number;
  /** Jobs of all tenants that are not terminal. @default 10,000 */
  maxOpenJobs?: number;
}

export interface Stores {
  jobs: JobStore;
  readings: ReadingStore;
  documents: DocumentStore;
  workers: WorkerStore;
  idempotency: IdempotencyStore;
  /** Ends its own subscriber connection, not the one that was given. */
  close(): void;
}

export function createStores(redis: Redis, options: StoresOptions = {}): Stores {
  const { prefix = DEFAULT_PREFIX, jobTtlMs = DAY_MS, idempotencyTtlMs = DAY_MS, maxOpenJobs = 10_000 } = options;
  const keys = makeKeys(prefix);
  const wake = new WakeHub(redis);
  return {
    jobs: createJobStore(redis, keys, wake, { jobTtlMs, maxOpenJobs }),
    readings: createReadingStore(redis, keys),
    documents: createDocumentStore(redis, keys),
    workers: createWorkerStore(redis, keys),
    idempotency: createIdempotencyStore(redis, keys, idempotencyTtlMs),
    close: () => wake.close(),
  };
}
