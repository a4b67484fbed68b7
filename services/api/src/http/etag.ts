// Conditional GET. Express's own ignores If-None-Match when the request says Cache-Control: no-cache, and fetch always says that with it.
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

export function sendIfChanged(req: Request, res: Response, body: unknown): void {
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  res.set('ETag', etag);
  const known = (req.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) res.status(304).end();
  else res.type('json').send(text);
}
