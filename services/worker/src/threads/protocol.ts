// What crosses between the event loop and a compute thread. Plain data: a class does not survive the way.
import type { MessagePort } from 'node:worker_threads';
import type { EngineName, ModelProgress } from '@lectern/model';
import type { AnswerModel, AskOptions, AskResult, EncodeStats, ExtractLimits, FindOptions, FindResult, RemoteReaderSettings } from '@lectern/reader';
import { errorToData, type BlobCacheSettings, type BlobOperation, type BlobStoreSettings, type CacheEvent, type ErrorData, type MediaType } from '@lectern/shared';

/** A thread's workerData: what it loads, once. */
export interface ThreadSettings {
  /** May hold a secret: never logged. */
  blobs: BlobStoreSettings;
  segmentCache: BlobCacheSettings | undefined;
  model: string;
  /** A catalog id, or none. */
  embedder: string;
  /** Only of threads that answer. */
  reader?: ReaderSettings | undefined;
  home: string;
  /** Native threads of one call, the thread itself included. */
  numThreads: number;
  engines?: readonly EngineName[] | undefined;
  /** Never fetch the model: another thread of this process has done so. */
  offline: boolean;
}

/** The model that words the answers, where it is not the index model. maxBytes: more weights than these are not loaded. */
export type ReaderSettings =
  | { kind: 'local'; model: string; maxBytes: number }
  | { kind: 'remote' } & Omit<RemoteReaderSettings, 'limits'>;

interface OfReading { tenant: string; readingId: string }

/** One document of a question (see the reader's ReadingSource). */
export interface ThreadSource {
  readingId: string;
  /** File name, when several documents are asked. */
  name?: string;
  /** Bitmap of the chunks that may be used; absent: all. */
  stored?: Uint8Array;
}
interface OfReadings { tenant: string; sources: ThreadSource[] }

export type ThreadTask =
  | { kind: 'describe' }
  | OfReading & { kind: 'plan'; documentId: string; keep: 'index' | 'all'; name: string; mediaType: MediaType; limits: ExtractLimits }
  | OfReading & { kind: 'encode'; from: number; to: number }
  | OfReading & { kind: 'seal' }
  | OfReadings & { kind: 'find'; options: FindOptions }
  | OfReadings & { kind: 'ask'; reader: string; options: Omit<AskOptions, 'control' | 'onDelta'> };
export type ThreadTaskKind = ThreadTask['kind'];

/** What a worker tells about its model without holding it. */
export interface ModelFacts {
  id: string;
  name: string;
  sha256: string;
  engine: EngineName;
  device: string;
  contextLength: number;
  numLayers: number;
  numHeads: number;
  numKvHeads: number;
  /** Last layer that holds a retrieval head: where an index-only reading stops. */
  retrievalLayer: number;
  /** Id of the embedder, or why there is none. */
  embedder: { id: string } | { absent: string };
  /** Bytes that an ask task needs at once. */
  askTaskBytes: number;
  /** Models that can word its answers: itself last. */
  readers: ReaderFacts[];
}

export type ReaderFacts = Pick<AnswerModel, 'id' | 'kind' | 'name' | 'contextLength'> & { ceiling?: number; uncertain: boolean };

export interface PlanFacts {
  numTokens: number;
  numChars: number;
  /** 0 where the format has none. */
  numPages: number;
  /** Of the extraction, for the document's owner. */
  notes: string[];
  numChunks: number;
  numBlocks: number;
  chunkTokens: Int32Array; // (numChunks): own tokens
  stored: Uint8Array; // (numChunks): 1 where the segment is there already
  /** Bytes that an encode task of this reading needs at once. */
  encodeTaskBytes: number;
}

export interface ThreadValues {
  describe: ModelFacts;
  plan: PlanFacts;
  encode: EncodeStats;
  seal: null;
  find: FindResult;
  ask: AskResult;
}

/** Sent over the port while a task runs. */
export type ThreadMessage =
  | { type: 'chunk'; index: number; numTokens: number; reused: boolean; seconds: number }
  | { type: 'delta'; text: string }
  | { type: 'model'; progress: ModelProgress }
  | { type: 'unavailable'; engine: string; reason: string };

export interface ThreadRequest {
  task: ThreadTask;
  /** Int32Array of 2: [0] cancel reason, 0 while wanted; [1] progress in permille. */
  control: SharedArrayBuffer;
  /** Closed by the thread after the last message. */
  port: MessagePort;
}

/** What the task cost, whether it went well or not. */
export interface ThreadCosts {
  threadId: number;
  seconds: number;
  /** Seconds of it spent on loading the model: 0 but for a thread's first task. */
  loadSeconds: number;
  keyValueBytes: number;
  weightBytes: number;
  blobs: BlobOperation[];
  cacheEvents: Partial<Record<CacheEvent, number>>;
}

export type ThreadReply<T> = ({ ok: true; value: T } | { ok: false; error: ErrorData }) & { costs: ThreadCosts };

/** Why a task is stopped: the value of control[0]. */
export const STOP = { wanted: 0, cancelled: 1, handback: 2, lockLost: 3 } as const;
export type StopReason = Exclude<keyof typeof STOP, 'wanted'>;

export function newControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8)); // (2)
}

/** The first reason given stands. */
export function stop(control: Int32Array, reason: StopReason): void {
  Atomics.compareExchange(control, 0, STOP.wanted, STOP[reason]);
}

export function stopReason(control: Int32Array): StopReason | undefined {
  const value = Atomics.load(control, 0);
  return (Object.keys(STOP) as Array<keyof typeof STOP>).find((name): name is StopReason => name !== 'wanted' && STOP[name] === value);
}

/** Runs the work and says how it went, as data; never rejects. */
export async function toReply<T>(work: () => Promise<T>, costs: () => ThreadCosts): Promise<ThreadReply<T>> {
  try {
    const value = await work();
    return { ok: true, value, costs: costs() };
  } catch (error) {
    return { ok: false, error: errorToData(error), costs: costs() };
  }
}
