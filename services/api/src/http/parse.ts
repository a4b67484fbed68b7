// Checks what came from outside against a schema.
import { ServiceError } from '@lectern/shared';
import { z } from 'zod';

export function parse<S extends z.ZodType>(schema: S, value: unknown, where: 'body' | 'query'): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.') || where}: ${issue.message}`);
  throw new ServiceError('VALIDATION', `the request's ${where} is not right: ${problems.join('; ')}`, { cause: parsed.error, details: { where } });
}

/** RFC 6901 pointers into the request, below /body or /query. */
export function pointersOf(error: ServiceError): Array<{ pointer: string; detail: string }> | undefined {
  if (!(error.cause instanceof z.ZodError)) return undefined;
  return error.cause.issues.slice(0, 20).map((issue) => ({
    pointer: ['', String(error.details?.['where']), ...issue.path].map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/'),
    detail: issue.message,
  }));
}

export const intQuery = (min: number, max: number) => z.string().regex(/^\d{1,15}$/, 'a whole number is expected').transform(Number).pipe(z.int().min(min).max(max));
