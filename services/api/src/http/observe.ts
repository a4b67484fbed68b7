// One log line and the HTTP metrics per answered request. Paths are templates: ids and questions stay out of both.
import type { RequestHandler } from 'express';
import type { ApiDeps } from '../deps.ts';

const UNLOGGED = new Set(['/healthz', '/readyz', '/metrics']);

export function observe({ log, metrics }: ApiDeps): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    res.on('close', () => {
      const seconds = (performance.now() - start) / 1000;
      const route = (res.locals['route'] as string | undefined) ?? 'none';
      const status = res.writableFinished ? res.statusCode : 499; // the client went away first
      metrics.httpRequests.inc({ route, method: req.method, status: String(status) });
      if (!res.locals['isStream']) metrics.httpRequestDuration.observe({ route, method: req.method }, seconds);
      if (UNLOGGED.has(route)) return;
      const { tenant, requestId, errorCode } = res.locals;
      log.info({ method: req.method, route, status, ms: Math.round(seconds * 1000), tenant, requestId, ...(errorCode ? { code: errorCode } : {}) }, 'request');
    });
    next();
  };
}
