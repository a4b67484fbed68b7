// Every answer carries X-Request-Id: the caller's own when it is harmless, else a new one.
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const HARMLESS = /^[A-Za-z0-9._-]{1,128}$/;

export const requestId: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  const id = given && HARMLESS.test(given) ? given : randomUUID();
  res.locals['requestId'] = id;
  res.set({ 'X-Request-Id': id, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-cache' });
  next();
};
