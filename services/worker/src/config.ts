// Settings of a worker. The only file of this service that knows environment variables.
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { isReaderUrl, readerUrl } from '@lectern/reader';
import { blobStoreVariables, LOG_LEVELS, parseEnv } from '@lectern/shared';
import { z } from 'zod';
import { defaultMemoryLimit } from './memory-limit.ts';

const positive = z.coerce.number().int().positive();
const list = z.string().transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''));

export const workerConfigSchema = z.object({
  /** redis://, rediss://, unix:// or a path. */
  REDIS_URL: z.string().min(1).default('redis://127.0.0.1:6379'),
  ...blobStoreVariables,
  /** Most bytes of segments that this host keeps copies of below LECTERN_HOME/cache; only with BLOB_STORE=s3. 0: none. */
  SEGMENT_CACHE_BYTES: z.coerce.number().int().min(0).default(4 * 2 ** 30),
  /** Where models are cached. */
  LECTERN_HOME: z.string().min(1).default(join(homedir(), '.lectern')),
  /** A catalog id, or the path of a GGUF file or of a folder with safetensors. */
  MODEL: z.string().min(1).default('smollm2-135m-instruct'),
  /** The model that words the answers: a catalog id, a path, or the base URL of an OpenAI-compatible API (https://host/v1). MODEL itself when absent. */
  READER: z.string().min(1).optional(),
  /** The model's name at that URL. */
  READER_MODEL: z.string().min(1).optional(),
  /** Its key: held in memory, sent to that URL alone. */
  READER_KEY: z.string().min(1).optional(),
  /** Tokens of prompt and answer that it takes. */
  READER_WINDOW: positive.min(1024).default(8192),
  /** 1: only jobs that name the reader get it; the others are answered by MODEL itself. */
  READER_ON_REQUEST: z.stringbool().default(false),
  /** The sentence embedder of the embedding route: a catalog id; none switches the route off. */
  EMBEDDER: z.string().min(1).default('all-minilm-l6-v2'),
  /** 1: never download a model. */
  OFFLINE: z.stringbool().default(false),
  ENGINES: list.pipe(z.array(z.enum(['native', 'tfjs', 'reference'])).min(1)).optional(),
  /** Threads that read: one chunk each. */
  READ_THREADS: positive.max(1024).default(() => availableParallelism()),
  /** Native threads of the one thread that answers. */
  ASK_THREADS: positive.max(1024).default(() => availableParallelism()),
  /** V8 heap of one compute thread, MiB; Node's own limit when absent. */
  THREAD_HEAP_MB: positive.optional(),
  /** Bytes that this process may use; default 0.8 of the cgroup's limit or of the machine's memory. */
  MEMORY_LIMIT_BYTES: positive.default(defaultMemoryLimit),
  /** 0 takes any free port; no metrics are served when absent. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  /** How long a task stays this worker's after its last sign of life. */
  LOCK_DURATION_MS: positive.min(1_000).default(15_000),
  /** How often tasks of dead workers are looked for. */
  STALLED_INTERVAL_MS: positive.min(500).default(5_000),
  /** Most chunks in one encode task. */
  ENCODE_TASK_CHUNKS: positive.max(1024).default(8),
  /** After SIGTERM: how long running tasks may take to hand back. */
  SHUTDOWN_TIMEOUT_MS: positive.default(20_000),
  HEARTBEAT_MS: positive.default(5_000),
  RECONCILE_MS: positive.default(15_000),
  MAX_DOCUMENT_BYTES: positive.default(256 * 2 ** 20),
  MAX_DOCUMENT_CHARS: positive.default(200_000_000),
  MAX_DOCUMENT_PAGES: positive.default(20_000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
}).superRefine(checkReader);

function checkReader(env: { READER?: string | undefined; READER_MODEL?: string | undefined }, ctx: z.RefinementCtx): void {
  if (env.READER === undefined || !isReaderUrl(env.READER)) return;
  if (env.READER_MODEL === undefined) ctx.addIssue({ code: 'custom', path: ['READER_MODEL'], message: 'is needed with a URL in READER' });
  try {
    readerUrl(env.READER);
  } catch (error) {
    ctx.addIssue({ code: 'custom', path: ['READER'], message: (error as Error).message });
  }
}

export type WorkerConfig = z.output<typeof workerConfigSchema>;

export function workerConfig(env: Record<string, string | undefined> = process.env): WorkerConfig {
  return parseEnv(workerConfigSchema, env);
}
