// Answers from what is stored while a job's documents are still being read: when to ask for one. They never take the place of an answer.
import { type AskTask, TASK_VERSION } from '../queues.ts';
import type { JobRecord, ReadingRecord } from '../records/contract.ts';
import { withRedis } from '../redis.ts';
import type { Coverage } from '../schema/job.ts';
import type { JobDeps } from './start.ts';

/** Shares of the tokens from which one partial answer each is made. The first: as soon as anything is stored. */
const MILESTONES = [0, 0.25, 0.5] as const;
/** From here on the answer itself comes sooner. */
const LAST_SHARE = 0.95;
/** After every answer (which has none: BullMQ takes those first). */
const PARTIAL_PRIORITY = 10;

const isPlanned = (reading: ReadingRecord | undefined): reading is ReadingRecord =>
  reading?.state === 'encoding' || reading?.state === 'sealing' || reading?.state === 'sealed';

/** What the job's readings hold now. */
export function coverageOf(readings: ReadonlyArray<ReadingRecord | undefined>): Coverage {
  const planned = readings.filter(isPlanned);
  return {
    tokensRead: planned.reduce((sum, r) => sum + (r.state === 'sealed' ? r.numTokens : r.tokensDone), 0),
    tokensTotal: planned.reduce((sum, r) => sum + r.numTokens, 0),
    documentsRead: planned.filter((r) => r.state === 'sealed').length,
    documentsTotal: readings.length,
  };
}

/** Adds the partial task that is due, once: BullMQ drops an id that it knows. Jobs that did not ask for it are left alone. */
export async function offerPartial(deps: JobDeps, job: JobRecord): Promise<void> {
  if (!job.request.partial || job.request.task === 'read') return;
  const readings = await deps.readings.getMany(job.readingIds);
  const milestone = milestoneOf(coverageOf(readings), readings.filter(isPlanned).length);
  if (milestone === undefined) return;
  const task: AskTask = { v: TASK_VERSION, tenant: job.tenant, jobId: job.id, partial: { run: job.run } };
  await withRedis(() => deps.askQueue.add('partial', task, { jobId: `partial-${job.id}-${job.run}-${milestone}`, priority: PARTIAL_PRIORITY, attempts: 1 }));
}

/** Documents that are not planned yet count as long as the others. */
function milestoneOf({ tokensRead, tokensTotal, documentsTotal }: Coverage, numPlanned: number): number | undefined {
  if (tokensRead === 0) return undefined;
  const share = (tokensRead / tokensTotal) * (numPlanned / documentsTotal);
  return share >= LAST_SHARE ? undefined : MILESTONES.findLastIndex((from) => share >= from);
}
