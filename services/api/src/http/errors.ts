// Every failure becomes problem+json: ours by its code, Express's own by its status, the rest as INTERNAL without its message.
import { asRedisUnavailable, errorToData, type Logger, PROBLEM_MEDIA_TYPE, problemOf, ServiceError } from '@lectern/shared';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { pointersOf } from './parse.ts';

const RETRY_AFTER_S: Partial<Record<string, number>> = { REDIS_UNAVAILABLE: 2, QUEUE_FULL: 10, DRAINING: 5, DOCUMENT_IN_USE: 2, IDEMPOTENCY_IN_FLIGHT: 1, RESULT_NOT_READY: 2 };

export const notFound: RequestHandler = (req) => {
  throw new ServiceError('NOT_FOUND', `there is nothing at ${req.method} ${req.path}`);
};

export function sendProblems(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = asServiceError(thrown);
    const requestId = res.locals['requestId'] as string;
    res.locals['errorCode'] = error.code;
    if (error.status >= 500) log.error({ err: thrown, requestId, method: req.method, route: res.locals['route'] }, 'request failed');
    if (res.headersSent || res.destroyed) {
      res.destroy(); // half an answer was sent: the only honest end is a broken one
      return;
    }
    const errors = pointersOf(error);
    const problem = problemOf(error, { instance: req.path, requestId, ...(errors ? { errors } : {}) });
    const retryAfter = RETRY_AFTER_S[error.code];
    if (retryAfter !== undefined && !res.hasHeader('Retry-After')) res.set('Retry-After', String(retryAfter));
    if (error.code === 'UNAUTHORIZED') res.set('WWW-Authenticate', 'Bearer');
    res.status(error.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
  };
}

function asServiceError(thrown: unknown): ServiceError {
  const error = asRedisUnavailable(thrown);
  if (error instanceof ServiceError) return error;
  const { status, type, limit, length } = error as { status?: number; type?: string; limit?: number; length?: number };
  const cause = { cause: error };
  if (type === 'entity.parse.failed') return new ServiceError('BAD_JSON', `the body is no JSON object: ${(error as Error).message}`, cause);
  if (type === 'entity.too.large') {
    return new ServiceError('BODY_TOO_LARGE', `the body has ${length ?? 'more'} bytes, the limit is ${limit}`, { ...cause, details: { limit: limit ?? null, actual: length ?? null } });
  }
  if (status === 415) return new ServiceError('UNSUPPORTED_MEDIA_TYPE', (error as Error).message, cause);
  if (status !== undefined && status >= 400 && status < 500) return new ServiceError('VALIDATION', (error as Error).message, cause);
  const data = errorToData(error);
  return data.code === 'INTERNAL' ? new ServiceError('INTERNAL', 'an unexpected error; the log has it under this request id', cause) : new ServiceError(data.code, data.message, cause);
}
