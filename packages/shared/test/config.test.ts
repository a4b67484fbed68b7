// Settings: all problems at once, empty means absent.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEnv } from '../src/config.ts';
import type { ServiceError } from '../src/errors.ts';

const schema = z.object({ PORT: z.coerce.number().int().max(65535).default(8080), NAME: z.string().min(3), FLAG: z.stringbool().default(false) });

test('values are converted, empty ones count as absent, others are ignored', () => {
  expect(parseEnv(schema, { PORT: '', NAME: 'abc', FLAG: 'true', PATH: '/bin' })).toEqual({ PORT: 8080, NAME: 'abc', FLAG: true });
});

test('every problem is told, by its name', () => {
  const failure = (() => {
    try {
      return parseEnv(schema, { PORT: '99999', FLAG: 'maybe' });
    } catch (error) {
      return error as ServiceError;
    }
  })() as ServiceError;
  expect(failure.code).toBe('VALIDATION');
  for (const name of ['PORT', 'NAME', 'FLAG']) expect(failure.message).toContain(name);
  expect(failure.details?.['problems']).toHaveLength(3);
});
