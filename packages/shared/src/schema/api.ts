// Bodies of the REST API's answers. Clients read with these, so unknown fields are let through: a newer server may say more.
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { documentRecordSchema } from './document.ts';
import { JOB_STATES, jobRequestSchema, partialResultSchema } from './job.ts';

const count = z.int().min(0);
const page = <T extends z.ZodType>(item: T) => z.object({
  data: z.array(item),
  hasMore: z.boolean(),
  /** Give it as `after` to get the next page; absent on the last. */
  nextCursor: z.string().optional(),
});

export const documentViewSchema = z.object(documentRecordSchema.omit({ tenant: true }).shape);
export type DocumentView = z.infer<typeof documentViewSchema>;
export const documentListSchema = page(documentViewSchema);
export type DocumentList = z.infer<typeof documentListSchema>;

export const documentTextSchema = z.object({
  /** Code points of the extracted text; end is exclusive, and may be less than asked for. */
  startChar: count,
  endChar: count,
  text: z.string(),
});
export type DocumentText = z.infer<typeof documentTextSchema>;

/** How far the readings that the job waits for, or used, have come, summed over its documents. Counts of chunks and tokens are of their last run. */
export const progressSchema = z.object({
  state: z.enum(['new', 'planning', 'encoding', 'sealing', 'sealed', 'failed']),
  /** 0 until planned. */
  numTokens: count,
  tokensDone: count,
  numChunks: count,
  chunksEncoded: count,
  chunksReused: count,
  /** Documents read to their end, and of the job. */
  documentsRead: count,
  documentsTotal: count,
  /** Since these readings began; absent until something was encoded. */
  tokensPerSecond: z.number().min(0).optional(),
  /** Absent when it cannot be known. */
  etaSeconds: z.number().min(0).optional(),
});
export type Progress = z.infer<typeof progressSchema>;

export const errorDataSchema = z.object({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))])).optional(),
  retryable: z.boolean(),
});

export const jobViewSchema = z.object({
  id: z.string(),
  state: z.enum(JOB_STATES),
  request: z.object(jobRequestSchema.shape),
  /** In the order asked. */
  documents: z.array(z.string()),
  /** Model that reads: the request's, or the server's default. */
  model: z.string(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  attempt: count,
  worker: z.string().optional(),
  error: errorDataSchema.optional(),
  cancelRequestedAt: z.string().optional(),
  /** Number of the newest event. */
  seq: count,
  progress: progressSchema.optional(),
  /** The newest answer from what was read so far; absent once the job is completed. */
  partial: z.object(partialResultSchema.shape).optional(),
});
export type JobView = z.infer<typeof jobViewSchema>;
export const jobListSchema = page(jobViewSchema);
export type JobList = z.infer<typeof jobListSchema>;

/** state, delta, partial and done are kept and numbered. progress is only for who listens now, and has no number. */
export const jobEventViewSchema = z.object({
  seq: count.optional(),
  type: z.enum(['state', 'progress', 'delta', 'partial', 'done']),
  data: z.record(z.string(), z.unknown()),
  at: z.string(),
});
export type JobEventView = z.infer<typeof jobEventViewSchema>;

export const readerViewSchema = z.object({
  id: z.string(),
  /** remote: what it is shown leaves the machine of the worker. */
  kind: z.enum(['local', 'remote']),
  name: z.string(),
  contextLength: count,
  /** Share of questions it answered right with the right passage before it; absent where nobody measured. */
  ceiling: z.number().optional(),
  /** Its answers are marked so. */
  uncertain: z.boolean(),
  numWorkers: count,
  /** Some worker takes it for jobs that name no reader. */
  isDefault: z.boolean(),
});
export type ReaderView = z.infer<typeof readerViewSchema>;

export const modelListSchema = z.object({
  data: z.array(z.object({
    id: z.string(),
    name: z.string(),
    sha256: z.string(),
    contextLength: count,
    numLayers: count,
    numHeads: count,
    numKvHeads: count,
    /** An index-only reading stops after this layer. */
    retrievalLayer: count,
    /** Workers that have it loaded. */
    numWorkers: count,
    isDefault: z.boolean(),
    /** Models that can word the answers of jobs with this one. */
    readers: z.array(readerViewSchema).default([]),
  })),
});
export type ModelList = z.infer<typeof modelListSchema>;

const taskCountsSchema = z.object({ waiting: count, active: count, delayed: count, waitingChildren: count, failed: count });
export const queueViewSchema = z.object({
  read: taskCountsSchema,
  ask: taskCountsSchema,
  openJobs: count,
  maxOpenJobs: count,
  /** Of planned readings, not yet encoded. */
  tokensWaiting: count,
  /** Readings whose length is not known yet. */
  readingsUnplanned: count,
  workers: z.array(z.object({ id: z.string(), engine: z.string(), device: z.string(), readThreads: count, askThreads: count, residentBytes: count, memoryLimitBytes: count })),
});
export type QueueView = z.infer<typeof queueViewSchema>;

export const healthSchema = z.object({ status: z.literal('ok') });
/** degraded (no worker): requests are accepted and wait. unavailable (no Redis, draining): send them elsewhere. */
export const readinessSchema = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable']),
  redis: z.boolean(),
  draining: z.boolean(),
  numWorkers: count,
});
export type Readiness = z.infer<typeof readinessSchema>;
