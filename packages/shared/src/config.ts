// Settings from environment variables. Only a service's own config.ts calls this, with process.env.
import type { z } from 'zod';
import { ServiceError } from './errors.ts';

/** Empty variables count as absent. All problems are told at once. */
export function parseEnv<S extends z.ZodType>(schema: S, env: Record<string, string | undefined>): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(settings)'}: ${issue.message}`);
  throw new ServiceError('VALIDATION', `the settings are not right:\n  ${problems.join('\n  ')}`, { details: { problems } });
}
