// Task data come from a queue that others write to: checked before use. What a newer version wrote is left for newer workers.
import { ServiceError } from '@lectern/shared';
import type { z } from 'zod';
import { NotForThisWorker } from './outcome.ts';

export function parseTask<T>(schema: z.ZodType<T>, data: unknown, knownVersion: number): T {
  const version = (data as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > knownVersion) {
    throw new NotForThisWorker(`the task has version ${version}, this worker knows ${knownVersion}`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ServiceError('VALIDATION', `the task's data are not right: ${issue.path.join('.')}: ${issue.message}`, { cause: parsed.error });
}
