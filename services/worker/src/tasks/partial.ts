// Answers a job from what is stored of its documents while they are still being read. It fails no job, and gives way to every answer.
import { askTaskSchema, coverageOf, ROUTES, TASK_VERSION, type JobRecord, type PartialResult, type ReadingRecord } from '@lectern/shared';
import type { Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import { readerFor } from './choose-reader.ts';
import { NotForThisWorker } from './hand-back.ts';
import { settle } from './outcome.ts';
import { answerOf, findPassages, generateAnswer, notesOf } from './question.ts';
import { sourcesOf } from './sources.ts';
import { parseTask } from './task-data.ts';

export const isPartial = (job: Job): boolean => (job.data as { partial?: unknown } | undefined)?.partial !== undefined;

export async function processPartial(parts: WorkerParts, bullJob: Job): Promise<void> {
  const { tenant, jobId } = bullJob.data as { tenant?: unknown; jobId?: unknown };
  assert(bullJob.id && typeof jobId === 'string' && typeof tenant === 'string', 'a task of the ask queue names its job');
  const active = new ActiveTask('ask', bullJob.id, jobId, { givesWay: true });
  const { partialAnswers } = parts.metrics;
  await parts.active.during(active, () => settle(parts, {
    job: bullJob, active,
    work: async () => {
      const { partial } = parseTask(askTaskSchema, bullJob.data, TASK_VERSION);
      const job = await parts.stores.jobs.get(tenant, jobId);
      if (job?.state !== 'reading' || job.run !== partial?.run) {
        partialAnswers.inc({ outcome: 'late' });
        return;
      }
      if (job.model !== parts.model.id) throw new NotForThisWorker(`job ${jobId} is for ${job.model}, this worker has ${parts.model.id}`);
      readerFor(parts, job);
      const result = await partialResultOf(parts, active, job);
      const isNew = result !== undefined && (await parts.stores.jobs.setPartial(jobId, job.run, result));
      partialAnswers.inc({ outcome: isNew ? 'given' : 'late' });
    },
    onCancelled: async () => partialAnswers.inc({ outcome: 'stopped' }),
    onFailed: async () => partialAnswers.inc({ outcome: 'failed' }), // settle has logged why; the job goes on
  }));
}

/** Soon, and cheap: a second look and all of the effort come at the end. */
const quick = (job: JobRecord): JobRecord => ({ ...job, request: { ...job.request, routes: (job.request.routes ?? ROUTES).filter((route) => route !== 'second-look') } });

async function partialResultOf(parts: WorkerParts, active: ActiveTask, job: JobRecord): Promise<PartialResult | undefined> {
  const { readings: store } = parts.stores;
  // The chunks first: what is sealed between the two looks is then taken as a whole.
  const chunks = await store.storedChunks(job.readingIds);
  const records = await store.getMany(job.readingIds);
  const usable = records.flatMap((reading, i) => (reading && isUsable(reading) ? [{ reading, stored: reading.state === 'sealed' ? undefined : chunks[i]! }] : []));
  if (usable.length === 0) return undefined;
  const sources = await sourcesOf(parts, job, usable.map(({ reading }) => reading), usable.map(({ stored }) => stored));
  const coverage = (numTokens: number) => ({ ...coverageOf(records), tokensRead: numTokens });
  if (job.request.task === 'search') {
    const { passages, numTokens, notes } = await findPassages(parts, active, quick(job), sources);
    return { citations: [], passages, ...notesOf(notes), coverage: coverage(numTokens) };
  }
  const found = await generateAnswer(parts, active, quick(job), sources, { effort: 'normal' });
  return { ...answerOf(found), coverage: coverage(found.numTokens) };
}

/** Its plan is the present flow's. */
const isUsable = ({ state }: ReadingRecord): boolean => state === 'encoding' || state === 'sealing' || state === 'sealed';
