// The Express application: middleware in order, then routes, then what is left over. Opens nothing.
import express, { type Express } from 'express';
import type { ApiDeps } from './deps.ts';
import { authenticate } from './http/auth.ts';
import { notFound, sendProblems } from './http/errors.ts';
import { observe } from './http/observe.ts';
import { limitRate } from './http/rate-limit.ts';
import { registerRoutes } from './http/register.ts';
import { requestId } from './http/request-id.ts';
import type { Route } from './http/route.ts';
import { documentationRoutes } from './openapi/routes.ts';
import { documentRoutes } from './routes/documents.ts';
import { jobOutputRoutes } from './routes/job-output.ts';
import { jobRoutes } from './routes/jobs.ts';
import { serviceRoutes } from './routes/service.ts';

export function allRoutes(deps: ApiDeps): Route[] {
  const routes = [...documentRoutes(deps), ...jobRoutes(deps), ...jobOutputRoutes(deps), ...serviceRoutes(deps)];
  return [...routes, ...documentationRoutes(routes)];
}

export function createApi(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId, observe(deps));
  registerRoutes(app, allRoutes(deps), deps, { secured: [authenticate(deps.config.API_KEYS), ...limitRate(deps)] });
  app.use(notFound, sendProblems(deps.log));
  return app;
}
