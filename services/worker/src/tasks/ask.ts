// Answers one job from a sealed reading. The attempt's number fences: what an older attempt says is not taken.
import { askTaskSchema, ROUTES, ServiceError, TASK_VERSION, type JobRecord, type JobResult, type ReadingRecord } from '@lectern/shared';
import type { Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import type { ThreadMessage } from '../threads/protocol.ts';
import { readerFor } from './choose-reader.ts';
import { DeltaBatch } from './delta-batch.ts';
import { findingFigures, readingFigures } from './figures.ts';
import { readAgain } from './read-again.ts';
import { jobCancelled, jobCompleted, jobFailed } from './job-ended.ts';
import { NotForThisWorker, settle } from './outcome.ts';
import { runOnThread } from './run-on-thread.ts';
import { parseTask } from './task-data.ts';

export async function processAsk(parts: WorkerParts, bullJob: Job): Promise<void> {
  const { tenant, jobId } = bullJob.data as { tenant?: unknown; jobId?: unknown };
  assert(bullJob.id && typeof jobId === 'string' && typeof tenant === 'string', 'a task of the ask queue names its job');
  const active = new ActiveTask('ask', bullJob.id, jobId);
  let attempt: number | undefined;
  await parts.active.during(active, () => settle(parts, {
    job: bullJob, active,
    work: async () => {
      parseTask(askTaskSchema, bullJob.data, TASK_VERSION);
      const job = await parts.stores.jobs.get(tenant, jobId);
      if (!job) return; // removed
      if (job.model !== parts.model.id) throw new NotForThisWorker(`job ${jobId} is for ${job.model}, this worker has ${parts.model.id}`);
      readerFor(parts, job);
      attempt = await parts.stores.jobs.startAttempt(jobId, parts.id);
      if (attempt === undefined) await jobCancelled(parts, tenant, jobId); // nothing happens to a job that has ended otherwise
      else await answer(parts, active, job, attempt);
    },
    onCancelled: () => jobCancelled(parts, tenant, jobId),
    onFailed: (error) => jobFailed(parts, tenant, jobId, error, attempt),
  }));
}

async function answer(parts: WorkerParts, active: ActiveTask, job: JobRecord, attempt: number): Promise<void> {
  const reading = await parts.stores.readings.get(job.readingId);
  let result: JobResult;
  try {
    if (reading?.state !== 'sealed') throw new ServiceError('BLOB_NOT_FOUND', `the reading ${job.readingId} of job ${job.id} is gone`);
    result = await resultOf(parts, active, job, attempt, reading);
  } catch (error) {
    if (await readAgain(parts, job, attempt, reading?.state === 'sealed' ? reading : undefined, error)) return;
    throw error;
  }
  if (await jobCompleted(parts, job, attempt, result)) return;
  await jobCancelled(parts, job.tenant, job.id); // the answer came after the request to cancel
}

function resultOf(parts: WorkerParts, active: ActiveTask, job: JobRecord, attempt: number, reading: ReadingRecord): Promise<JobResult> {
  if (job.request.task === 'search') return search(parts, active, job, reading);
  if (job.request.task === 'answer') return generate(parts, active, job, attempt, reading);
  return Promise.resolve({ citations: [], figures: { ...readingFigures(job, reading), findSeconds: 0, answerSeconds: 0 } });
}

const commonOptions = ({ request }: JobRecord) => {
  assert(request.question !== undefined, `a job of task ${request.task} has a question`);
  return { question: request.question, routes: request.routes ?? [...ROUTES], top: request.top };
};

async function search(parts: WorkerParts, active: ActiveTask, job: JobRecord, reading: ReadingRecord) {
  const { value } = await runOnThread(parts, active, {
    task: { kind: 'find', tenant: job.tenant, readingId: reading.id, options: commonOptions(job) },
    what: `searching ${reading.id}`, numBytes: parts.model.askTaskBytes,
  });
  parts.metrics.jobPhase.observe({ phase: 'find' }, value.findSeconds);
  parts.metrics.indexBytesScanned.inc(value.indexBytes);
  return { citations: [], passages: value.passages, figures: { ...readingFigures(job, reading), findSeconds: value.findSeconds, answerSeconds: 0 } };
}

async function generate(parts: WorkerParts, active: ActiveTask, job: JobRecord, attempt: number, reading: ReadingRecord) {
  const { metrics, stores } = parts;
  const deltas = new DeltaBatch(async (text) => { await stores.jobs.appendEvent(job.id, 'delta', { text }, attempt); });
  let lastDeltaAt: number | undefined;
  const onMessage = (message: ThreadMessage) => {
    if (message.type !== 'delta') return;
    const now = Date.now();
    if (lastDeltaAt === undefined) metrics.timeToFirstToken.observe((now - Date.parse(job.createdAt)) / 1000);
    else metrics.interToken.observe((now - lastDeltaAt) / 1000);
    lastDeltaAt = now;
    deltas.push(message.text);
  };
  const { value } = await runOnThread(parts, active, {
    task: {
      kind: 'ask', reader: readerFor(parts, job), tenant: job.tenant, readingId: reading.id,
      options: { ...commonOptions(job), mode: job.request.mode, maxOutputTokens: job.request.maxOutputTokens },
    },
    what: `answering ${job.id}`, numBytes: parts.model.askTaskBytes, onMessage,
  }).finally(() => deltas.flush());
  metrics.jobPhase.observe({ phase: 'find' }, value.findSeconds);
  metrics.jobPhase.observe({ phase: 'answer' }, value.answerSeconds);
  metrics.outputTokens.inc(value.outputTokens);
  metrics.indexBytesScanned.inc(value.indexBytes);
  metrics.attentionBytes.inc({ tier: 'segment' }, value.segmentBytes ?? 0);
  if (value.blocksAttended !== undefined && value.blocksTotal !== undefined) {
    metrics.attentionBlocks.inc({ kind: 'attended' }, value.blocksAttended);
    metrics.attentionBlocks.inc({ kind: 'skipped' }, Math.max(0, value.blocksTotal - value.blocksAttended));
  }
  const { answer: text, supported, uncertain, reader, finishReason, citations } = value;
  return {
    ...(text === undefined ? {} : { answer: text }), ...(supported === undefined ? {} : { supported }), ...(uncertain === undefined ? {} : { uncertain }), ...(reader === undefined ? {} : { reader }), ...(finishReason === undefined ? {} : { finishReason }),
    citations, figures: { ...readingFigures(job, reading), ...findingFigures(value) },
  };
}
