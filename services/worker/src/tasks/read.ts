// Takes the tasks of the read queue: a reading's flow (plan, then seal) and its children (encode).
import { TASK_VERSION, encodeTaskSchema, readTaskSchema, type EncodeTask, type ReadTask } from '@lectern/shared';
import { WaitingChildrenError, type Job } from 'bullmq';
import { strict as assert } from 'node:assert';
import type { z } from 'zod';
import { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import { encode } from './encode.ts';
import { failReading, presentReading } from './flow.ts';
import { NotForThisWorker } from './hand-back.ts';
import { settle } from './outcome.ts';
import { plan } from './plan.ts';
import { seal } from './seal.ts';
import { parseTask } from './task-data.ts';

export const isEncode = (job: Job): boolean => job.name === 'encode';

/** A child belongs to its parent's flow. */
export const flowOf = (job: Job): string => (isEncode(job) ? job.parent?.id : job.id) ?? '';

export async function processRead(parts: WorkerParts, job: Job): Promise<void> {
  const { readingId } = job.data as { readingId?: unknown };
  assert(job.id && typeof readingId === 'string', 'a task of the read queue names its reading');
  const active = new ActiveTask('read', job.id, readingId);
  const flow = flowOf(job);
  await parts.active.during(active, () => settle(parts, {
    job, active,
    work: async () => {
      const schema = (isEncode(job) ? encodeTaskSchema : readTaskSchema) as z.ZodType<EncodeTask | ReadTask>;
      const task = parseTask(schema, job.data, TASK_VERSION);
      const reading = await presentReading(parts, readingId, flow);
      if (!reading) return; // cancelled, or done by another flow: nothing is left to do
      if (reading.model !== parts.model.id) throw new NotForThisWorker(`reading ${readingId} is for ${reading.model}, this worker has ${parts.model.id}`);
      if ('from' in task) {
        await encode(parts, active, task);
        return;
      }
      if (task.step === 'plan') {
        await plan(parts, active, job, reading);
        await job.updateData({ ...task, step: 'seal' } satisfies ReadTask);
        if (await job.moveToWaitingChildren(job.token ?? '')) throw new WaitingChildrenError();
      }
      await seal(parts, active, reading);
    },
    onCancelled: async () => undefined, // who cancelled the reading has told its jobs already
    onFailed: (error) => failReading(parts, readingId, flow, error),
  }));
}
