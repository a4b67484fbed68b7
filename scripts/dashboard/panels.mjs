// What the Grafana dashboard shows, as data: rows of panels, each with its queries, unit and a sentence for who looks at it.
// build.mjs lays them out. $worker and $queue are dashboard variables; rate windows follow the zoom.
const RATE = '[$__rate_interval]';
const WORKER = 'instance=~"$worker"';

const rate = (metric, labels = '') => `rate(${metric}{${labels}}${RATE})`;
const sumRate = (metric, by = '', labels = '') => `sum${by && ` by (${by}) `}(${rate(metric, labels)})`;
const quantile = (q, metric, by = '', labels = '') => `histogram_quantile(${q}, ${sumRate(`${metric}_bucket`, ['le', ...(by ? [by] : [])].join(', '), labels)})`;
const q50and95 = (metric, by = '', labels = '') => [
  { expr: quantile(0.5, metric, by, labels), legend: by ? `{{${by}}} p50` : 'p50' },
  { expr: quantile(0.95, metric, by, labels), legend: by ? `{{${by}}} p95` : 'p95' },
];

export const rows = [
  { title: 'Throughput and memory', panels: [
    { title: 'Reading speed', unit: 'suffix: tok/s', description: 'Document tokens encoded per second, by worker. Tokens found stored do not count.',
      targets: [{ expr: sumRate('lectern_tokens_read_total', 'instance', `source="computed",${WORKER}`), legend: '{{instance}}' }] },
    { title: 'Tokens by source', unit: 'suffix: tok/s', stack: true, description: 'Document tokens encoded now, and tokens whose stored reading was used again.',
      targets: [{ expr: sumRate('lectern_tokens_read_total', 'source', WORKER), legend: '{{source}}' }] },
    { title: 'Answer tokens', unit: 'suffix: tok/s', description: 'Tokens generated per second, by worker.',
      targets: [{ expr: sumRate('lectern_output_tokens_total', 'instance', WORKER), legend: '{{instance}}' }] },
    { title: 'Time per chunk', unit: 's', description: 'Seconds to encode one chunk on one thread.', targets: q50and95('lectern_chunk_seconds', '', WORKER) },
    { title: 'Memory of workers', unit: 'bytes', description: 'Anonymous resident memory (what the process allocated), what running tasks reserved in the ledger, and the limit. It should not grow with the document.',
      targets: [
        { expr: `lectern_resident_anonymous_bytes{job="lectern-worker",${WORKER}}`, legend: '{{instance}} anonymous' },
        { expr: `lectern_memory_reserved_bytes{${WORKER}}`, legend: '{{instance}} reserved' },
        { expr: `lectern_memory_limit_bytes{${WORKER}}`, legend: '{{instance}} limit' },
      ] },
    { title: 'Peak resident memory', unit: 'bytes', description: 'Highest resident memory of each process since it started, mapped files included.',
      targets: [{ expr: 'lectern_resident_peak_bytes', legend: '{{job}} {{instance}}' }] },
    { title: 'Blob store traffic', unit: 'Bps', description: 'Bytes read from and written to the blob store: texts, segments of readings.',
      targets: [{ expr: sumRate('lectern_blob_bytes_total', 'direction'), legend: '{{direction}}' }] },
    { title: 'Local copies of segments', unit: 'ops', description: 'With an S3 store: segments found on the worker\'s disk (hit), fetched (miss), found damaged and fetched again, evicted; unusable says that the disk failed.',
      targets: [{ expr: sumRate('lectern_segment_cache_total', 'event'), legend: '{{event}}' }] },
    { title: 'Blob store operations', unit: 's', description: 'Duration of blob store operations (p95).', targets: [{ expr: quantile(0.95, 'lectern_blob_operation_seconds', 'op'), legend: '{{op}}' }] },
  ] },
  { title: 'Queue', panels: [
    { title: 'Tasks by state', unit: 'short', stack: true, description: 'BullMQ tasks of each queue; finished ones are left out.',
      targets: [{ expr: 'max by (queue, state) (lectern_queue_tasks{queue=~"$queue",state!~"completed|failed"})', legend: '{{queue}} {{state}}' }] },
    { title: 'Tokens waiting', unit: 'short', description: 'Tokens of planned readings that are not yet encoded: the work ahead.',
      targets: [{ expr: 'max(lectern_queue_tokens_waiting)', legend: 'tokens' }] },
    { title: 'Wait in the queue', unit: 's', description: 'From enqueueing a task to its start on a worker.', targets: q50and95('lectern_job_queue_wait_seconds', 'queue', 'queue=~"$queue"') },
    { title: 'Jobs accepted and finished', unit: 'suffix: /min', description: 'When accepted stays above finished the backlog grows.',
      targets: [
        { expr: `60 * ${sumRate('lectern_jobs_submitted_total')}`, legend: 'accepted' },
        { expr: `60 * ${sumRate('lectern_jobs_finished_total')}`, legend: 'finished' },
      ] },
    { title: 'Requests refused', unit: 'suffix: /min', description: 'Requests refused before a job existed, by reason.',
      targets: [{ expr: `60 * ${sumRate('lectern_admission_rejections_total', 'reason')}`, legend: '{{reason}}' }] },
    { title: 'Idempotent replays', unit: 'suffix: /min', description: 'Requests whose Idempotency-Key was seen before.',
      targets: [{ expr: `60 * ${sumRate('lectern_idempotent_replays_total', 'outcome')}`, legend: '{{outcome}}' }] },
  ] },
  { title: 'Jobs', panels: [
    { title: 'Finished by status', unit: 'suffix: /min', stack: true, description: 'Jobs that reached a terminal state; each is counted once.',
      targets: [{ expr: `60 * ${sumRate('lectern_job_duration_seconds_count', 'status')}`, legend: '{{status}}' }] },
    { title: 'Why jobs ended badly', unit: 'short', description: 'Failed and cancelled jobs since the services started, by error code.',
      targets: [{ expr: 'sum by (status, reason) (lectern_jobs_finished_total{status!="completed"})', legend: '{{status}} {{reason}}' }] },
    { title: 'Duration of jobs', unit: 's', description: 'From acceptance to the end, by task, waiting and reading included.',
      targets: q50and95('lectern_job_duration_seconds', 'task', 'status="completed"') },
    { title: 'Where the time goes', unit: 's', stack: true, description: 'Seconds of compute threads per second, by phase.',
      targets: [{ expr: sumRate('lectern_job_phase_seconds_sum', 'phase', WORKER), legend: '{{phase}}' }] },
    { title: 'Time to first token', unit: 's', description: 'From acceptance of an answer job to its first generated text, waiting and reading included.', targets: q50and95('lectern_time_to_first_token_seconds') },
    { title: 'Between two tokens', unit: 's', description: 'Time between two generated tokens of an answer.', targets: q50and95('lectern_inter_token_seconds', '', WORKER) },
    { title: 'Partial answers', unit: 'suffix: /min', description: 'Answers from what was read so far, by outcome: given, too late to say anything new, stopped for an answer or a cancel, failed.',
      targets: [{ expr: `60 * ${sumRate('lectern_partial_answers_total', 'outcome', WORKER)}`, legend: '{{outcome}}' }] },
    { title: 'Time to cancel', unit: 's', description: 'From the cancel request to the state cancelled.', targets: q50and95('lectern_job_cancel_latency_seconds') },
    { title: 'Attempts and stalls', unit: 'suffix: /min', description: 'Attempts at tasks by outcome, and tasks taken back from workers that stopped renewing their locks.',
      targets: [
        { expr: `60 * ${sumRate('lectern_job_attempts_total', 'outcome', 'queue=~"$queue"')}`, legend: '{{outcome}}' },
        { expr: `60 * ${sumRate('lectern_jobs_stalled_total', '', 'queue=~"$queue"')}`, legend: 'stalled' },
      ] },
    { title: 'Document sizes', unit: 'short', type: 'heatmap', description: 'Tokens of the documents of finished jobs.',
      targets: [{ expr: 'sum by (le) (increase(lectern_job_input_tokens_bucket[$__rate_interval]))', legend: '{{le}}' }] },
  ] },
  { title: 'Attention', panels: [
    { title: 'Share of blocks attended', unit: 'percentunit', description: 'Of the document blocks that sparse attention could read, the share it did read. Empty while no sparse answer runs.',
      targets: [{ expr: `${sumRate('lectern_attention_blocks_total', '', `kind="attended",${WORKER}`)} / ${sumRate('lectern_attention_blocks_total', '', WORKER)}`, legend: 'attended' }] },
    { title: 'Attention traffic', unit: 'Bps', description: 'Bytes of keys and values that attention read, by where they came from; computed from shapes.',
      targets: [{ expr: sumRate('lectern_attention_bytes_total', 'tier', WORKER), legend: '{{tier}}' }] },
    { title: 'Weight traffic', unit: 'Bps', description: 'Bytes of model weights that forward passes read; computed from shapes.',
      targets: [{ expr: sumRate('lectern_weight_bytes_total', 'instance', WORKER), legend: '{{instance}}' }] },
    { title: 'Index scanned', unit: 'Bps', description: 'Bytes of stored indexes (retrieval keys, word counts) read to find passages.',
      targets: [{ expr: sumRate('lectern_index_bytes_scanned_total', 'instance', WORKER), legend: '{{instance}}' }] },
  ] },
  { title: 'Workers', panels: [
    { title: 'Workers', unit: 'short', description: 'Workers that take tasks, and workers announced in Redis. They differ when a worker is not scraped or is draining.',
      targets: [{ expr: 'sum(lectern_worker_up)', legend: 'up' }, { expr: 'max(lectern_workers_announced)', legend: 'announced' }] },
    { title: 'Age of the heartbeat', unit: 's', description: 'Seconds since Redis accepted the last announcement of each worker.',
      targets: [{ expr: `time() - lectern_worker_heartbeat_timestamp_seconds{${WORKER}}`, legend: '{{instance}}' }] },
    { title: 'Threads', unit: 'short', description: 'Compute threads that run a task, and threads that there are, by pool.',
      targets: [
        { expr: `sum by (pool) (lectern_worker_threads_busy{${WORKER}})`, legend: '{{pool}} busy' },
        { expr: `sum by (pool) (lectern_worker_threads{${WORKER}})`, legend: '{{pool}} all' },
      ] },
    { title: 'Waiting for a thread', unit: 'short', description: 'Tasks that a worker took and that wait for a thread inside it.',
      targets: [{ expr: `sum by (instance, pool) (lectern_threadpool_queue_size{${WORKER}})`, legend: '{{instance}} {{pool}}' }] },
    { title: 'CPU', unit: 'short', description: 'Cores in use by each process.', targets: [{ expr: 'rate(process_cpu_seconds_total{job=~"lectern-.*"}[$__rate_interval])', legend: '{{job}} {{instance}}' }] },
    { title: 'Event loop lag', unit: 's', description: 'p99 of the event loop lag. Locks are renewed on this loop: it must stay far below a second.',
      targets: [{ expr: 'nodejs_eventloop_lag_p99_seconds{job=~"lectern-.*"}', legend: '{{job}} {{instance}}' }] },
    { title: 'Threads started anew', unit: 'short', description: 'Compute threads replaced since the worker started, by reason.',
      targets: [{ expr: `sum by (reason) (lectern_thread_restarts_total{${WORKER}})`, legend: '{{reason}}' }] },
    { title: 'Versions', unit: 'none', type: 'table', description: 'What runs: service, version, Node, engine, model.',
      targets: [{ expr: 'sum by (service, version, node, engine, model) (lectern_build_info)', legend: '{{service}} {{version}}' }] },
  ] },
  { title: 'API', panels: [
    { title: 'Requests', unit: 'reqps', description: 'Requests per second by route.', targets: [{ expr: sumRate('lectern_http_requests_total', 'route'), legend: '{{route}}' }] },
    { title: 'Duration of requests', unit: 's', description: 'p95 by route. Long polls wait on purpose.', targets: [{ expr: quantile(0.95, 'lectern_http_request_duration_seconds', 'route'), legend: '{{route}}' }] },
    { title: 'Requests by status', unit: 'reqps', stack: true, description: 'Requests per second by HTTP status.', targets: [{ expr: sumRate('lectern_http_requests_total', 'status'), legend: '{{status}}' }] },
    { title: 'Event streams', unit: 'short', description: 'Open event streams.', targets: [{ expr: 'sum(lectern_http_sse_connections)', legend: 'open' }] },
  ] },
  { title: 'Redis', panels: [
    { title: 'Redis reachable', unit: 'short', description: '1 for each process that got an answer to INFO in time.', targets: [{ expr: 'lectern_redis_up', legend: '{{job}} {{instance}}' }] },
    { title: 'Memory of Redis', unit: 'bytes', description: 'Used memory, and maxmemory (0 is no limit). When full, Redis refuses new jobs.',
      targets: [{ expr: 'max(lectern_redis_used_memory_bytes)', legend: 'used' }, { expr: 'max(lectern_redis_maxmemory_bytes)', legend: 'maxmemory' }] },
    { title: 'Round trip', unit: 's', description: 'Round trip of INFO, measured at each scrape (p95).', targets: [{ expr: quantile(0.95, 'lectern_redis_command_seconds', 'job'), legend: '{{job}}' }] },
    { title: 'Keeps what it was given', unit: 'short', description: '1: maxmemory-policy is noeviction; 1: the append-only file is on and its last write succeeded.',
      targets: [{ expr: 'min(lectern_redis_maxmemory_policy_ok)', legend: 'noeviction' }, { expr: 'min(lectern_redis_aof_ok)', legend: 'append-only file' }] },
  ] },
];
