// Who asks: the tenant of the key, or, without keys, `default` for programs on this machine.
import { ServiceError } from '@lectern/shared';
import type { Request, RequestHandler } from 'express';
import { type ApiKey, findTenant } from './api-keys.ts';

const LOCAL_TENANT = 'default';
const LOCAL_NAMES = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

export function authenticate(keys: readonly ApiKey[]): RequestHandler {
  return (req, res, next) => {
    res.locals['tenant'] = keys.length > 0 ? tenantOf(keys, req) : localTenant(req);
    next();
  };
}

function tenantOf(keys: readonly ApiKey[], req: Request): string {
  const [, key] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
  const tenant = key === undefined ? undefined : findTenant(keys, key);
  if (tenant === undefined) {
    throw new ServiceError('UNAUTHORIZED', key === undefined ? 'an API key is required: Authorization: Bearer <key>' : 'nobody has this API key');
  }
  return tenant;
}

/** Without keys a web page in the user's browser must not get in: neither from its own origin nor by a name it points to 127.0.0.1. */
function localTenant(req: Request): string {
  const { host = '', origin } = req.headers;
  if (!LOCAL_NAMES.test(host)) throw new ServiceError('UNAUTHORIZED', `without API keys only local names are served, not Host: ${host}`);
  if (origin !== undefined && origin !== `http://${host}`) throw new ServiceError('UNAUTHORIZED', `without API keys requests of other origins are refused: ${origin}`);
  return LOCAL_TENANT;
}
