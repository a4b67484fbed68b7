// The two BullMQ queues and the tasks in them. Task data are references: no text, no tokens, no results.
import { z } from 'zod';

/** read: long, preemptible between chunks. ask: short, first. */
export const QUEUES = { read: 'lectern-read', ask: 'lectern-ask' } as const;

/**
 * Version of the task schemas, and of all that is stored for them: a worker refuses (hands back) tasks newer than what it knows.
 * A change of a stored form (segments, plans, structures) raises it too.
 */
export const TASK_VERSION = 2;

/** Tasks of version 1 are read as well: they lack what came later. */
const base = z.object({ v: z.int().min(1).max(TASK_VERSION), tenant: z.string() });

/** plan -> (encode x N) -> seal, one BullMQ job whose step moves on; its children are the encode tasks. */
export const readTaskSchema = base.extend({
  readingId: z.string(),
  step: z.enum(['plan', 'seal']),
});
export type ReadTask = z.infer<typeof readTaskSchema>;

export const encodeTaskSchema = base.extend({
  readingId: z.string(),
  /** Chunk indexes [from, to) of the reading's plan. */
  from: z.int().min(0),
  to: z.int().min(1),
  /** What it needs at once, stated before it starts: the worker's ledger reserves that much. */
  numBytes: z.int().min(0),
});
export type EncodeTask = z.infer<typeof encodeTaskSchema>;

/** Everything else about the job stands in its record. */
export const askTaskSchema = base.extend({
  jobId: z.string(),
  /** Answer from what is stored so far, for this run of the job, while it reads. Since version 2. */
  partial: z.strictObject({ run: z.int().min(0) }).optional(),
});
export type AskTask = z.infer<typeof askTaskSchema>;
