// The first step of a reading: extract, tokenize, cut into chunks; then one child task for every few chunks that are not stored yet.
import { planTaskBytes } from '@lectern/reader';
import { ServiceError, TASK_VERSION, type EncodeTask, type ReadingRecord } from '@lectern/shared';
import type { Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import type { PlanFacts } from '../threads/protocol.ts';
import { encodeRanges, type ChunkRange } from './encode-ranges.ts';
import { runOnThread } from './run-on-thread.ts';

/** After plan and seal steps, which have none: they are short, and what comes of them is work for all. */
const ENCODE_PRIORITY = 10;
const REPORTS_AT_ONCE = 500;

export async function plan(parts: WorkerParts, active: ActiveTask, job: Job, reading: ReadingRecord): Promise<void> {
  const { stores, config, metrics } = parts;
  const { id: readingId, tenant, documentId, keep } = reading;
  await stores.readings.startPlanning(readingId);
  const document = await stores.documents.get(tenant, documentId);
  if (!document) throw new ServiceError('NOT_FOUND', `document ${documentId} is gone`);
  const { name, mediaType, numBytes } = document;
  const limits = { maxBytes: config.MAX_DOCUMENT_BYTES, maxChars: config.MAX_DOCUMENT_CHARS, maxPages: config.MAX_DOCUMENT_PAGES };
  const { value: facts, costs } = await runOnThread(parts, active, {
    task: { kind: 'plan', tenant, readingId, documentId, keep, name, mediaType, limits },
    what: `planning ${documentId}`,
    numBytes: planTaskBytes(numBytes, mediaType),
  });
  metrics.jobPhase.observe({ phase: 'plan' }, costs.seconds - costs.loadSeconds);
  await stores.readings.planned(readingId, { numTokens: facts.numTokens, numChunks: facts.numChunks, numBlocks: facts.numBlocks });
  await stores.documents.update(tenant, documentId, {
    numChars: facts.numChars, numTokens: facts.numTokens, ...(facts.numPages > 0 ? { numPages: facts.numPages } : {}), ...(facts.notes.length > 0 ? { notes: facts.notes } : {}),
  });
  const workers = await stores.workers.list();
  const numThreads = Math.max(parts.pools.read.numThreads, workers.reduce((sum, worker) => sum + worker.readThreads, 0));
  const ranges = encodeRanges(facts.stored, config.ENCODE_TASK_CHUNKS, numThreads);
  await reportStored(parts, readingId, facts, ranges);
  await addEncodeTasks(parts, job, reading, ranges, facts.encodeTaskBytes);
  if (facts.stored.some((isStored) => isStored)) await parts.progress.report(parts, tenant, readingId);
}

/** Chunks that no task will look at are stored: counted here. */
async function reportStored({ stores, metrics }: WorkerParts, readingId: string, facts: PlanFacts, ranges: readonly ChunkRange[]): Promise<void> {
  const inTask = new Uint8Array(facts.numChunks);
  for (const { from, to } of ranges) inTask.fill(1, from, to);
  const indexes = [...inTask.keys()].filter((index) => !inTask[index]);
  for (let i = 0; i < indexes.length; i += REPORTS_AT_ONCE) {
    await Promise.all(indexes.slice(i, i + REPORTS_AT_ONCE).map((index) =>
      stores.readings.chunkDone(readingId, { index, numTokens: facts.chunkTokens[index], reused: true })));
  }
  metrics.chunks.inc({ source: 'stored' }, indexes.length);
  metrics.tokensRead.inc({ source: 'stored' }, indexes.reduce((sum, index) => sum + facts.chunkTokens[index], 0));
}

/** Ids are made of the flow and the range: a plan step that is repeated adds no task twice. */
async function addEncodeTasks({ deps }: WorkerParts, job: Job, { id: readingId, tenant }: ReadingRecord, ranges: readonly ChunkRange[], numBytes: number): Promise<void> {
  assert(job.id);
  const parent = { id: job.id, queue: job.queueQualifiedName };
  await deps.readQueue.addBulk(ranges.map(({ from, to }) => ({
    name: 'encode',
    data: { v: TASK_VERSION, tenant, readingId, from, to, numBytes } satisfies EncodeTask,
    opts: { jobId: `${job.id}-${from}-${to}`, parent, failParentOnFailure: true, priority: ENCODE_PRIORITY },
  })));
}
