// What a worker consists of: made once by start.ts, handed to every task.
import type { BlobStore, JobDeps, Logger, Stores, WorkerMetrics } from '@lectern/shared';
import type { Redis } from 'ioredis';
import type { ActiveTasks } from './active-tasks.ts';
import type { WorkerConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './tasks/hand-back.ts';
import type { NewerReadings } from './tasks/newer-readings.ts';
import type { ProgressReports } from './tasks/progress.ts';
import type { ComputePool } from './threads/pool.ts';
import type { ModelFacts } from './threads/protocol.ts';

export interface WorkerParts {
  /** host:pid */
  id: string;
  config: WorkerConfig;
  log: Logger;
  metrics: WorkerMetrics;
  stores: Stores;
  blobs: BlobStore;
  /** Of the client role. */
  redis: Redis;
  /** What starting and repairing jobs needs: stores and queues. */
  deps: JobDeps;
  pools: { read: ComputePool; ask: ComputePool };
  ledger: Ledger;
  active: ActiveTasks;
  progress: ProgressReports;
  /** Of tasks that are for other workers. */
  handBacks: Pace;
  newerReadings: NewerReadings;
  model: ModelFacts;
}
