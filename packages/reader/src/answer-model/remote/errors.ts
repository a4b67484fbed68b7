// How a remote reader fails. Nothing here ever says the key: texts of the server are cut, made printable, and cleared of it.
import { ServiceError } from '@lectern/shared';
import { errorBodySchema } from './schema.ts';

const MAX_SHOWN_CHARS = 300;

/** Trying again can help: connection, time, 408, 429, 5xx, a stream that broke off. */
export const unavailable = (message: string, options: { cause?: unknown; details?: Record<string, string | number> } = {}): ServiceError =>
  new ServiceError('READER_UNAVAILABLE', message, options);

/** It said no, or does not speak the protocol. */
export const refused = (message: string, options: { cause?: unknown; details?: Record<string, string | number> } = {}): ServiceError =>
  new ServiceError('READER_REFUSED', message, options);

/** The server's own words about an error, fit to be shown. */
export function saidBy(body: string, key: string | undefined): string {
  const text = messageIn(body) ?? body;
  const clean = (key === undefined ? text : text.replaceAll(key, '***')).replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const characters = [...clean];
  return characters.length <= MAX_SHOWN_CHARS ? clean : `${characters.slice(0, MAX_SHOWN_CHARS).join('')} ...`;
}

function messageIn(body: string): string | undefined {
  try {
    const { success, data } = errorBodySchema.safeParse(JSON.parse(body));
    if (!success) return undefined;
    return typeof data.error === 'string' ? data.error : data.error.message;
  } catch {
    return undefined; // no JSON: a proxy's page
  }
}
