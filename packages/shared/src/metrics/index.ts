// Door of the metrics: what services create and register, and the list that documents are checked against.
export { type BlobMetricsOwner, type BlobOperation, countBlobOperation, meterBlobStore } from './blob-metrics.ts';
export { METRIC_PREFIX } from './definition.ts';
export { residentAnonymousBytes, residentPeakBytes } from './process-memory.ts';
export { type CountableQueue, type QueueSources, registerQueueMetrics } from './queue-metrics.ts';
export { type InfoClient, registerRedisMetrics } from './redis-metrics.ts';
export { type ApiMetrics, createApiMetrics, createWorkerMetrics, type ListedMetric, listMetrics, type WorkerMetrics } from './service-metrics.ts';
