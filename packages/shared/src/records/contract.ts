// Records in Redis: the truth about jobs and readings. BullMQ only carries tasks.
// Every change of state is one Lua script with an allowed-from set; a stale attempt (fencing token) changes nothing.
import type { ErrorData } from '../errors.ts';
import type { DocumentRecord } from '../schema/document.ts';
import type { JobRequest, JobResult, JobState, PartialResult } from '../schema/job.ts';

export interface JobRecord {
  id: string; // job_<ulid>
  tenant: string;
  state: JobState;
  request: JobRequest;
  /** One per document, in their order. Empty in a record of an older version that names none: such a job cannot be answered. */
  readingIds: string[];
  /** Model id the readings are made with (catalog name or sha256:<hex>). */
  model: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  /** Grows by one with every attempt at the ask task: the fencing token. */
  attempt: number;
  /** Grows by one with every retry: the ask task of this run is `ask-<id>-<run>`. */
  run: number;
  /** Worker that runs or ran it: host:pid. */
  worker?: string;
  error?: ErrorData;
  cancelRequestedAt?: string;
  /** The newest answer from what was stored while it waited. Gone once the job is completed. */
  partial?: PartialResult;
  /** Sequence number of the newest event. */
  seq: number;
}

export type ReadingState = 'new' | 'planning' | 'encoding' | 'sealing' | 'sealed' | 'failed';

export interface ReadingRecord {
  id: string; // rd_<hex>
  tenant: string;
  documentId: string;
  model: string;
  keep: 'index' | 'all';
  state: ReadingState;
  /** BullMQ id of the read task of the present flow: `read-<id>-<ulid>`. Absent while nobody wants the reading. */
  flow?: string;
  /** 0 until planned. */
  numTokens: number;
  numChunks: number;
  numBlocks: number;
  tokensDone: number; // own tokens of chunks that are stored (encoded or reused)
  chunksEncoded: number; // in the present flow
  chunksReused: number; // in the present flow
  tokensEncoded: number; // in the present flow
  /** When the present flow started, and sealed. */
  startedAt?: string;
  sealedAt?: string;
  error?: ErrorData;
}

export interface JobEvent {
  seq: number; // strictly growing per job, no gaps
  type: 'state' | 'progress' | 'delta' | 'partial' | 'done';
  data: Record<string, unknown>;
  at: string;
}

/** Redis refused or is away: REDIS_UNAVAILABLE. Foreign or unknown ids: undefined (never another tenant's record). */
export interface JobStore {
  /** An existing id returns the existing record. NOT_FOUND without the document, QUEUE_FULL above the limit of open jobs. */
  create(job: Omit<JobRecord, 'seq' | 'attempt' | 'run' | 'state' | 'createdAt' | 'partial'>): Promise<JobRecord>;
  get(tenant: string, id: string): Promise<JobRecord | undefined>;
  /** Newest first; `after` is the last id of the page before. */
  list(tenant: string, query: { state?: JobState | undefined; limit: number; after?: string | undefined }): Promise<{ data: JobRecord[]; hasMore: boolean }>;
  /** queued|reading|answering -> `reading`. False when the job is terminal or cancelling. */
  markReading(id: string): Promise<boolean>;
  /** queued|reading|answering -> `answering`; returns the new fencing token, or undefined when terminal or cancelling. */
  startAttempt(id: string, worker: string): Promise<number | undefined>;
  /**
   * Only in `reading`, of this run, and standing on more than the partial result before it: writes it and the `partial` event.
   * False else: nothing is changed.
   */
  setPartial(id: string, run: number, partial: PartialResult): Promise<boolean>;
  /** Only from `answering` with this token; writes the result and the `done` event. False when stale. */
  complete(id: string, attempt: number, result: JobResult): Promise<boolean>;
  /** From any non-terminal state; a given attempt must match. */
  fail(id: string, error: ErrorData, attempt?: number): Promise<boolean>;
  /** Non-terminal -> `cancelling` (queued and reading jobs go straight to `cancelled`). Idempotent; returns the state after. */
  requestCancel(tenant: string, id: string): Promise<JobState | undefined>;
  /** cancelling -> cancelled, by the worker that stopped. */
  cancelled(id: string): Promise<boolean>;
  /** Of these jobs, those whose cancel was requested. One round trip. */
  cancelRequested(ids: readonly string[]): Promise<string[]>;
  /** failed|cancelled -> queued, with a new run. NOT_TERMINAL or VALIDATION (completed) from other states; undefined when unknown. */
  retry(tenant: string, id: string): Promise<JobRecord | undefined>;
  /** Undefined for unknown jobs. One round trip. */
  states(ids: readonly string[]): Promise<Array<JobState | undefined>>;
  /** The ask task of `run` is lost (a crash): the next run's number, or undefined when someone else was first or the job is terminal. */
  nextRun(id: string, run: number): Promise<number | undefined>;
  /** Jobs that are not terminal, of all tenants, in pages. */
  open(): AsyncIterable<JobRecord>;
  numOpen(): Promise<number>;
  /** Terminal jobs only: NOT_TERMINAL otherwise. False when unknown. */
  remove(tenant: string, id: string): Promise<boolean>;
  /** Undefined when there is none (yet, or any more: the result's TTL is half of its job's). */
  result(tenant: string, id: string): Promise<JobResult | undefined>;
  /** Its seq; 0 when the job is unknown, terminal, or at another attempt than the given one: then nothing is added. */
  appendEvent(id: string, type: JobEvent['type'], data: Record<string, unknown>, attempt?: number): Promise<number>;
  /** Events with seq > after, oldest first; waits up to waitMs when there is none and the job is not terminal. */
  events(tenant: string, id: string, after: number, waitMs: number, signal?: AbortSignal): Promise<JobEvent[]>;
}

export interface ReadingStore {
  get(id: string): Promise<ReadingRecord | undefined>;
  /** In the order of the ids. One round trip. */
  getMany(ids: readonly string[]): Promise<Array<ReadingRecord | undefined>>;
  /** What keeps the job from its answer: readings that are not sealed, and those of them that do not know that the job waits. One look at all. */
  missing(ids: readonly string[], jobId: string): Promise<{ numUnsealed: number; unregistered: string[] }>;
  /** Chunks that are stored so far in the present flow, as a bitmap (the highest bit of the first byte is chunk 0). Empty when sealed: all are. */
  storedChunks(ids: readonly string[]): Promise<Uint8Array[]>;
  /**
   * The job wants this reading. Creates the record when it is new and registers the job as waiting unless sealed.
   * 'sealed': go ahead. 'waiting': a flow is under way. 'start': the caller must enqueue the read task (also after failure, or when all who waited had cancelled).
   * With 'start' the record has a new `flow`: use it as the task's BullMQ id (jobs/start.ts does all this).
   */
  await(reading: Pick<ReadingRecord, 'id' | 'tenant' | 'documentId' | 'model' | 'keep'>, jobId: string): Promise<'sealed' | 'waiting' | 'start'>;
  /** A worker took the read task; resets the present flow's counters. */
  startPlanning(id: string): Promise<void>;
  planned(id: string, plan: { numTokens: number; numChunks: number; numBlocks: number }): Promise<void>;
  /** Counts a chunk once, however often it is reported within a flow. */
  chunkDone(id: string, chunk: { index: number; numTokens: number; reused: boolean }): Promise<void>;
  /** -> sealed; returns the jobs that waited (and forgets them). */
  sealed(id: string): Promise<string[]>;
  /** -> failed; returns the jobs that waited. */
  failed(id: string, error: ErrorData): Promise<string[]>;
  /** A waiting job gave up. When none is left the reading's cancel flag is set and its state returns to `new`; returns how many still wait. */
  giveUp(id: string, jobId: string): Promise<number>;
  cancelRequested(ids: readonly string[]): Promise<string[]>;
  /** The task of this flow is lost (a crash): back to `new` with the flow returned, or undefined when someone else was first. */
  restart(id: string, flow: string | undefined): Promise<string | undefined>;
  /** Readings of a document, sealed or not. */
  ofDocument(tenant: string, documentId: string): Promise<string[]>;
  /** Readings that are not at rest (planning, encoding, sealing) and jobs waiting for readings at rest: what a crash can leave. */
  unfinished(): Promise<ReadingRecord[]>;
  waiting(id: string): Promise<string[]>;
  /** Forgets it, except while jobs wait for it. */
  remove(id: string): Promise<void>;
}

export interface DocumentStore {
  put(document: DocumentRecord): Promise<{ created: boolean; record: DocumentRecord }>;
  get(tenant: string, id: string): Promise<DocumentRecord | undefined>;
  update(tenant: string, id: string, facts: Partial<Pick<DocumentRecord, 'numChars' | 'numPages' | 'numTokens' | 'notes'>>): Promise<void>;
  /** Newest first; `after` is the cursor of the page before. */
  list(tenant: string, query: { limit: number; after?: string | undefined }): Promise<{ data: DocumentRecord[]; hasMore: boolean; cursor?: string }>;
  /** DOCUMENT_IN_USE while a job that is not terminal uses it. */
  remove(tenant: string, id: string): Promise<boolean>;
  /** Runs work that must not meet another's upload or deletion of the same document: DOCUMENT_IN_USE when it would. */
  exclusively<T>(tenant: string, id: string, work: () => Promise<T>): Promise<T>;
  /** Non-terminal jobs that use the document. */
  numJobsInUse(tenant: string, id: string): Promise<number>;
}

/** A model that words answers. `uncertain`: its answers are marked so. */
export interface ReaderAnnouncement {
  id: string;
  kind: 'local' | 'remote';
  name: string;
  contextLength: number;
  ceiling?: number;
  uncertain: boolean;
  /** What a job gets that names none. */
  isDefault: boolean;
}

/** Workers announce themselves every few seconds; entries expire. */
export interface WorkerAnnouncement {
  id: string; // host:pid
  startedAt: string;
  engine: string; // native
  device: string; // avx512
  models: Array<{ id: string; name: string; sha256: string; contextLength: number; numLayers: number; numHeads: number; numKvHeads: number; retrievalLayer: number }>;
  /** Models that can word its answers. Absent: an older worker, whose models read for themselves. */
  readers?: ReaderAnnouncement[];
  readThreads: number;
  askThreads: number;
  residentBytes: number;
  memoryLimitBytes: number;
}

export interface WorkerStore {
  announce(worker: WorkerAnnouncement, ttlMs: number): Promise<void>;
  withdraw(id: string): Promise<void>;
  list(): Promise<WorkerAnnouncement[]>;
}

/** A response that was given under an Idempotency-Key, to be given again. */
export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Outlives the job it made. `fingerprint` is a hash of the request. */
export interface IdempotencyStore {
  /**
   * 'go': do the work under `jobId` (the same one again when an earlier holder died), then finish or abandon.
   * 'replay': give this response. 'mismatch': the key came with another request. 'in-flight': the first request is not done.
   */
  begin(tenant: string, key: string, fingerprint: string, newJobId: string): Promise<
    { kind: 'go'; jobId: string } | { kind: 'replay'; response: StoredResponse } | { kind: 'mismatch' } | { kind: 'in-flight' }>;
  finish(tenant: string, key: string, jobId: string, response: StoredResponse): Promise<void>;
  /** The request was refused and made nothing: the key is free again. */
  abandon(tenant: string, key: string, jobId: string): Promise<void>;
}
