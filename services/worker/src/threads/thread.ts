// A compute thread: loads the model once, then runs one task at a time. Everything heavy happens here.
import { performance } from 'node:perf_hooks';
import { threadId, workerData } from 'node:worker_threads';
import { ask, encodeChunks, encodeTaskBytes, find, loadEmbedder, loadReaderModel, loadStructure, planReading, sealReading, storedChunks, type AnswerModel, type EmbedderChoice, type LoadReaderModelOptions, type ReaderContext, type ReaderModel, type ReadingSource } from '@lectern/reader';
import { nativeFileMapper } from '@lectern/sparse-attn';
import { cacheBlobs, meterBlobStore, openBlobStore, type BlobOperation, type BlobStore, type ErrorCode } from '@lectern/shared';
import { loadReader } from './load-reader.ts';
import { modelFacts } from './model-facts.ts';
import { PlanCache } from './plan-cache.ts';
import { toReply, type ThreadCosts, type ThreadMessage, type ThreadReply, type ThreadRequest, type ThreadSettings, type ThreadSource, type ThreadValues } from './protocol.ts';

const settings = workerData as ThreadSettings;
let blobOperations: BlobOperation[] = []; // of the present task
let cacheEvents: ThreadCosts['cacheEvents'] = {};
const blobs = await openBlobs();

async function openBlobs(): Promise<BlobStore> {
  const store = meterBlobStore(await openBlobStore(settings.blobs, { blockingReads: true, mapper: nativeFileMapper(), check: false }), (operation) => blobOperations.push(operation));
  if (settings.segmentCache === undefined) return store;
  return cacheBlobs(store, settings.segmentCache, (event, times) => { cacheEvents[event] = (cacheEvents[event] ?? 0) + times; });
}

interface Loaded { model: ReaderModel; embedder: EmbedderChoice; reader: AnswerModel | undefined }

let loaded: Loaded | undefined;

/** A failed load is tried again by the next task: the disk or the network may have come back. */
async function load(report: (message: ThreadMessage) => void): Promise<Loaded> {
  if (loaded) return loaded;
  const options: LoadReaderModelOptions = {
    home: settings.home,
    numThreads: settings.numThreads,
    offline: settings.offline,
    ...(settings.engines ? { engines: settings.engines } : {}),
    onProgress: (progress) => report({ type: 'model', progress }),
    onUnavailable: (engine, reason) => report({ type: 'unavailable', engine, reason }),
  };
  const model = await loadReaderModel(settings.model, options);
  const embedder = await loadEmbedder(settings.embedder, model, options);
  loaded = { model, embedder, reader: settings.reader === undefined ? undefined : await loadReader(settings.reader, model.id, options) };
  return loaded;
}

const plans = new PlanCache(blobs);
const STALE_PLAN: ErrorCode[] = ['BLOB_CORRUPT', 'BLOB_NOT_FOUND', 'FORMAT_NEWER'];

const sourceOf = ({ readingId, ...rest }: ThreadSource): ReadingSource => ({ ...rest, load: () => plans.get(readingId) });

export default async function run(request: ThreadRequest): Promise<ThreadReply<ThreadValues[keyof ThreadValues]>> {
  const started = performance.now();
  let loadSeconds = 0;
  blobOperations = [];
  cacheEvents = {};
  const report = (message: ThreadMessage) => request.port.postMessage(message);
  const before = loaded?.model.transformer.traffic() ?? { keyValueBytes: 0, weightBytes: 0 };
  const reply = await toReply(async () => {
    const models = await load(report);
    loadSeconds = (performance.now() - started) / 1000;
    return execute(request, models, report);
  }, () => {
    const after = loaded?.model.transformer.traffic() ?? before;
    return {
      threadId, loadSeconds, seconds: (performance.now() - started) / 1000,
      keyValueBytes: after.keyValueBytes - before.keyValueBytes, weightBytes: after.weightBytes - before.weightBytes,
      blobs: blobOperations, cacheEvents,
    };
  });
  if (!reply.ok && STALE_PLAN.includes(reply.error.code)) plans.forgetAll();
  request.port.close();
  return reply;
}

async function execute({ task, control: shared }: ThreadRequest, { model, embedder, reader }: Loaded, report: (message: ThreadMessage) => void): Promise<ThreadValues[keyof ThreadValues]> {
  if (task.kind === 'describe') return modelFacts(model, embedder, reader);
  const control = new Int32Array(shared);
  const context: ReaderContext = { blobs, model, ...embedder, tenant: task.tenant };
  if (task.kind === 'plan') {
    const plan = await planReading(context, { ...task, control });
    plans.keep(plan);
    const stored = await storedChunks(context, plan);
    const structure = await loadStructure(blobs, task.documentId);
    return {
      numTokens: plan.numTokens, numChars: plan.numChars, numPages: structure?.pages.length ?? 0, notes: structure?.notes ?? [], numChunks: plan.chunks.length, numBlocks: plan.numBlocks,
      chunkTokens: Int32Array.from(plan.chunks, (chunk) => chunk.tokenEnd - chunk.tokenStart),
      stored: Uint8Array.from(stored, Number),
      encodeTaskBytes: encodeTaskBytes(model, plan, context.embedder),
    };
  }
  switch (task.kind) {
    case 'encode':
      return encodeChunks(context, await plans.get(task.readingId), task, { control, onChunk: (chunk) => report({ type: 'chunk', ...chunk }) });
    case 'seal':
      await sealReading(context, await plans.get(task.readingId));
      return null;
    case 'find':
      return find(context, task.sources.map(sourceOf), task.options);
    case 'ask':
      return ask({ ...context, reader: task.reader === reader?.id ? reader : undefined }, task.sources.map(sourceOf), { ...task.options, control, onDelta: (text) => report({ type: 'delta', text }) });
  }
}
