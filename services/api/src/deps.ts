// What every handler may use. Put together by start.ts.
import type { ApiMetrics, BlobStore, JobDeps, Logger, Stores } from '@lectern/shared';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import type { ApiConfig } from './config.ts';

export interface ApiDeps extends JobDeps, Omit<Stores, 'close'> {
  config: ApiConfig;
  redis: Redis;
  blobs: BlobStore;
  log: Logger;
  registry: Registry;
  metrics: ApiMetrics;
  /** Aborted once, when the service begins to shut down. */
  drain: AbortController;
}
