// Every metric of Lectern, as data, grouped by what it speaks of. A metric stands here only when something sets it.
// Job = what a client asked for; task = what BullMQ carries. Process and event-loop metrics come from prom-client's defaults.
import { CACHE_EVENTS } from '../blob/cache/cached-store.ts';
import { QUEUES } from '../queues.ts';
import { BUCKETS, TOKEN_BUCKETS, counter, gauge, histogram } from './definition.ts';

const TASK = ['answer', 'search', 'read'] as const;
const STATUS = ['completed', 'failed', 'cancelled'] as const;
const QUEUE = Object.values(QUEUES);

/** Set once by both services; its value is 1. */
export const serviceDefinitions = {
  buildInfo: gauge('build_info', 'Always 1: version of the service, of Node, engine and model (empty for the API).', { service: null, version: null, node: null, engine: null, model: null }),
  samplerFailures: counter('metrics_sampler_failures_total', 'Readings of gauges at scrape time that failed or timed out.', { sampler: null }),
};

/** Ends of jobs are counted by the process whose state transition won: exactly once per job. */
export const jobDefinitions = {
  jobsFinished: counter('jobs_finished_total', 'Jobs that reached a terminal state; reason is the error code, or none.', { task: TASK, status: STATUS, reason: null }),
  jobDuration: histogram('job_duration_seconds', 'From acceptance of a job to its terminal state.', BUCKETS.job, { task: TASK, status: STATUS }),
  jobCancelLatency: histogram('job_cancel_latency_seconds', 'From the cancel request to the state cancelled.', BUCKETS.request),
};

export const httpDefinitions = {
  httpRequests: counter('http_requests_total', 'HTTP requests answered; route is the template.', { route: null, method: null, status: null }),
  httpRequestDuration: histogram('http_request_duration_seconds', 'Duration of HTTP requests; long polls wait on purpose, event streams are left out.', BUCKETS.request, { route: null, method: null }),
  httpSseConnections: gauge('http_sse_connections', 'Open event streams.'),
};

export const admissionDefinitions = {
  jobsSubmitted: counter('jobs_submitted_total', 'Jobs accepted (replays excluded).', { task: TASK }),
  idempotentReplays: counter('idempotent_replays_total', 'Requests that carried an Idempotency-Key seen before.', { outcome: ['replayed', 'conflict', 'mismatch'] }),
  admissionRejections: counter('admission_rejections_total', 'Requests refused before a job existed.', { reason: ['rate', 'queue_full', 'too_large', 'does_not_fit', 'redis', 'draining'] }),
};

/** Read from Redis when scraped. */
export const queueDefinitions = {
  queueTasks: gauge('queue_tasks', 'BullMQ tasks by queue and state.', { queue: QUEUE, state: null }),
  queueTokensWaiting: gauge('queue_tokens_waiting', 'Tokens of planned readings that are not yet encoded.'),
  workersAnnounced: gauge('workers_announced', 'Workers whose announcement in Redis has not expired.'),
};

export const taskDefinitions = {
  jobQueueWait: histogram('job_queue_wait_seconds', 'From enqueueing a task to its start on a worker.', BUCKETS.wait, { queue: QUEUE }),
  jobAttempts: counter('job_attempts_total', 'Attempts at tasks, by how they ended.', { queue: QUEUE, outcome: ['ok', 'retry', 'failed', 'cancelled'] }),
  jobsStalled: counter('jobs_stalled_total', 'Tasks taken back from a worker that stopped renewing its lock.', { queue: QUEUE }),
  jobPhase: histogram('job_phase_seconds', 'Time spent in each phase of a task on a thread.', BUCKETS.job, { phase: ['load', 'plan', 'encode', 'seal', 'find', 'answer'] }),
  timeToFirstToken: histogram('time_to_first_token_seconds', 'From acceptance of an answer job to its first generated text.', BUCKETS.job),
  interToken: histogram('inter_token_seconds', 'Between two generated tokens of an answer.', BUCKETS.token),
  jobInputTokens: histogram('job_input_tokens', 'Tokens of the document of each finished job.', TOKEN_BUCKETS),
  outputTokens: counter('output_tokens_total', 'Tokens generated.'),
  partialAnswers: counter('partial_answers_total', 'Answers from what was read so far: given, too late to say anything new, stopped for an answer or a cancel, or failed.', { outcome: ['given', 'late', 'stopped', 'failed'] }),
};

export const workerDefinitions = {
  workerUp: gauge('worker_up', '1 while the worker takes tasks, 0 while it starts or drains.'),
  workerHeartbeat: gauge('worker_heartbeat_timestamp_seconds', 'Unix time of the last announcement that Redis accepted.'),
  workerThreads: gauge('worker_threads', 'Compute threads of the pool.', { pool: ['read', 'ask'] }),
  workerThreadsBusy: gauge('worker_threads_busy', 'Compute threads that run a task now.', { pool: ['read', 'ask'] }),
  threadpoolQueueSize: gauge('threadpool_queue_size', 'Tasks that wait for a thread inside the worker.', { pool: ['read', 'ask'] }),
  threadRestarts: counter('thread_restarts_total', 'Compute threads started anew.', { reason: ['oom', 'crash', 'abort'] }),
};

export const readingDefinitions = {
  tokensRead: counter('tokens_read_total', 'Document tokens whose keys were encoded now (computed) or found stored.', { source: ['computed', 'stored'] }),
  chunks: counter('chunks_total', 'Chunks encoded now (computed) or found stored.', { source: ['computed', 'stored'] }),
  chunkSeconds: histogram('chunk_seconds', 'Time to encode one chunk on one thread.', BUCKETS.chunk),
};

/** Bytes are computed from shapes by the engines, not sampled from hardware. */
export const attentionDefinitions = {
  attentionBlocks: counter('attention_blocks_total', 'Document blocks that sparse attention read or left out.', { kind: ['attended', 'skipped'] }),
  attentionBytes: counter('attention_bytes_total', 'Bytes of keys and values that attention read: from memory, or loaded from the blob store before.', { tier: ['memory', 'segment'] }),
  weightBytes: counter('weight_bytes_total', 'Bytes of model weights that forward passes read.'),
  indexBytesScanned: counter('index_bytes_scanned_total', 'Bytes of stored indexes (retrieval keys, word counts) read to find passages.'),
};

export const blobDefinitions = {
  blobBytes: counter('blob_bytes_total', 'Bytes moved from and to the blob store.', { direction: ['read', 'write'] }),
  blobOperation: histogram('blob_operation_seconds', 'Duration of blob store operations.', BUCKETS.operation, { op: ['put', 'move', 'get', 'stat', 'list', 'delete'] }),
};

/** Workers keep copies of segments only where the blob store is s3. */
export const cacheDefinitions = {
  segmentCache: counter('segment_cache_total', 'The local copies of segments: found (hit), fetched from the store (miss), found damaged and fetched again, evicted for want of room, or not usable because the disk failed.', { event: CACHE_EVENTS }),
};

export const ledgerDefinitions = {
  memoryReserved: gauge('memory_reserved_bytes', 'Bytes that running tasks reserved in the ledger, with the model.'),
  memoryLimit: gauge('memory_limit_bytes', 'Bytes that the ledger may hand out.'),
};

export const processDefinitions = {
  residentAnonymous: gauge('resident_anonymous_bytes', 'RssAnon: resident memory that is no mapped file (Linux only).'),
  residentPeak: gauge('resident_peak_bytes', 'Highest resident memory since the process started.'),
};

export const redisDefinitions = {
  redisUp: gauge('redis_up', '1 when INFO was answered in time.'),
  redisUsedMemory: gauge('redis_used_memory_bytes', 'used_memory of Redis.'),
  redisMaxMemory: gauge('redis_maxmemory_bytes', 'maxmemory of Redis; 0 is no limit.'),
  redisPolicyOk: gauge('redis_maxmemory_policy_ok', '1 when maxmemory-policy is noeviction.'),
  redisAofOk: gauge('redis_aof_ok', '1 when the append-only file is on and its last write succeeded.'),
};

export const redisCommandDefinitions = {
  redisCommand: histogram('redis_command_seconds', 'Round trip of a Redis command, measured at each scrape.', BUCKETS.operation, { command: ['info'] }),
};
