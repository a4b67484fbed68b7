// Requests of a tenant per minute, counted in this process.
import { ServiceError } from '@lectern/shared';
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { ApiDeps } from '../deps.ts';

export function limitRate({ config, metrics }: ApiDeps): RequestHandler[] {
  const limit = config.RATE_LIMIT_PER_MINUTE;
  if (limit === 0) return [];
  return [rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'tenant',
    keyGenerator: (_req, res) => res.locals['tenant'] as string,
    handler: () => {
      metrics.admissionRejections.inc({ reason: 'rate' });
      throw new ServiceError('RATE_LIMITED', `more than ${limit} requests in a minute`, { details: { limit } });
    },
  })];
}
