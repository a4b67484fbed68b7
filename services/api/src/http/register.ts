// Puts a route into Express: what it may be asked is checked before its handler runs.
import { ServiceError } from '@lectern/shared';
import express, { type Express, type RequestHandler } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { parse } from './parse.ts';
import type { Route } from './route.ts';

export const MAX_JSON_BYTES = 256 * 1024;
const nothing = z.strictObject({});
const readJson = express.json({ limit: MAX_JSON_BYTES, type: ['application/json', 'application/*+json'] });

export function registerRoutes(app: Express, routes: readonly Route[], deps: ApiDeps, guards: { secured: RequestHandler[] }): void {
  const pathOf = (route: Route): string => route.path.replace(/\{(\w+)\}/g, ':$1');
  for (const route of routes) {
    const before: RequestHandler[] = [
      (_req, res, next) => {
        res.locals['route'] = route.path;
        next();
      },
      ...(route.isOpen ? [] : guards.secured),
      ...(route.makesWork ? [refuseWhileDraining(deps)] : []),
      ...(route.body ? [requireJson, readJson] : []),
    ];
    app[route.method](pathOf(route), ...before, async (req, res) => {
      const params = (route.params ?? nothing).safeParse(req.params);
      if (!params.success) throw new ServiceError('NOT_FOUND', `there is nothing at ${req.path}`);
      const query = parse(route.query ?? nothing, req.query, 'query');
      const body = route.body ? parse(route.body, req.body, 'body') : undefined;
      const gone = new AbortController();
      res.on('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, deps.drain.signal]);
      await route.handle({ params: params.data, query, body, tenant: res.locals['tenant'] as string, req, res, signal });
    });
  }
  for (const path of new Set(routes.map(pathOf))) {
    const allowed = routes.filter((r) => pathOf(r) === path).map((r) => r.method.toUpperCase());
    app.all(path, (req, res) => {
      res.set('Allow', allowed.join(', '));
      throw new ServiceError('METHOD_NOT_ALLOWED', `${req.method} is not possible here, only ${allowed.join(' and ')}`);
    });
  }
}

const requireJson: RequestHandler = (req, _res, next) => {
  if (req.is(['application/json', 'application/*+json'])) next();
  else throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `a JSON body is expected, Content-Type is ${req.get('content-type') ?? 'absent'}`, { details: { accepted: ['application/json'] } });
};

function refuseWhileDraining({ drain, metrics }: ApiDeps): RequestHandler {
  return (_req, res, next) => {
    if (!drain.signal.aborted) {
      next();
      return;
    }
    metrics.admissionRejections.inc({ reason: 'draining' });
    res.set('Connection', 'close');
    throw new ServiceError('DRAINING', 'this process is shutting down; send the request again');
  };
}
