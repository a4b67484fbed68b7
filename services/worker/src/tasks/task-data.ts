// Task data come from a queue that others write to: checked before use. What a newer version wrote is left for newer workers.
import { ServiceError } from '@lectern/shared';
import type { z } from 'zod';
import { NotForThisWorker } from './hand-back.ts';

/** Before anything else of a task is looked at: nothing is known of what a newer version writes. */
export function newerThanKnown(data: unknown, knownVersion: number): NotForThisWorker | undefined {
  const version = (data as { v?: unknown } | null)?.v;
  if (typeof version !== 'number' || version <= knownVersion) return undefined;
  return new NotForThisWorker(`the task has version ${version}, this worker knows ${knownVersion}`, { isNewer: true });
}

export function parseTask<T>(schema: z.ZodType<T>, data: unknown, knownVersion: number): T {
  const newer = newerThanKnown(data, knownVersion);
  if (newer) throw newer;
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ServiceError('VALIDATION', `the task's data are not right: ${issue.path.join('.')}: ${issue.message}`, { cause: parsed.error });
}
