// Gauges of the worker's own state, set at each scrape; and the counters that every finished thread task moves.
import { CACHE_EVENTS, countBlobOperation, type WorkerMetrics } from '@lectern/shared';
import type { Ledger } from './ledger.ts';
import type { ComputePool } from './threads/pool.ts';
import type { ThreadCosts } from './threads/protocol.ts';

export interface WorkerState {
  pools: readonly ComputePool[];
  ledger: Ledger;
  memoryLimitBytes: number;
  isUp: () => boolean;
}

export function setGauges(metrics: WorkerMetrics, { pools, ledger, memoryLimitBytes, isUp }: WorkerState): void {
  for (const { name: pool, numThreads, numBusy, queueSize } of pools) {
    metrics.workerThreads.set({ pool }, numThreads);
    metrics.workerThreadsBusy.set({ pool }, numBusy);
    metrics.threadpoolQueueSize.set({ pool }, queueSize);
  }
  metrics.workerUp.set(isUp() ? 1 : 0);
  metrics.memoryReserved.set(memoryLimitBytes - ledger.limitBytes + ledger.reservedBytes); // what the process held at the start, and promises
  metrics.memoryLimit.set(memoryLimitBytes);
}

export function countCosts(metrics: WorkerMetrics, { loadSeconds, keyValueBytes, weightBytes, blobs, cacheEvents }: ThreadCosts): void {
  if (loadSeconds > 0.001) metrics.jobPhase.observe({ phase: 'load' }, loadSeconds);
  metrics.attentionBytes.inc({ tier: 'memory' }, keyValueBytes);
  metrics.weightBytes.inc(weightBytes);
  for (const operation of blobs) countBlobOperation(metrics, operation);
  for (const event of CACHE_EVENTS) metrics.segmentCache.inc({ event }, cacheEvents[event] ?? 0);
}
