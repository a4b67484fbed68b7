// One POST to /chat/completions: what may be sent, and which answers mean what. What the answer holds is read elsewhere.
import { readBounded } from './bounded.ts';
import { refused, saidBy, unavailable } from './errors.ts';
import type { Watch } from './watch.ts';

const MAX_ERROR_BYTES = 64 * 1024;
const PASSING = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

export interface Endpoint {
  url: URL;
  key: string | undefined;
}

/** A response with status 200. Its body is not looked at. */
export async function post({ url, key }: Endpoint, body: object, watch: Watch): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST', redirect: 'manual', signal: watch.signal, body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream, application/json', ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }) },
    });
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    const { cause } = error as { cause?: { code?: string; message?: string } };
    throw unavailable(`cannot reach the reader at ${url.host}: ${cause?.code ?? cause?.message ?? (error as Error).message}`, { cause: error });
  }
  if (response.status === 200) return response;
  const details = { status: response.status };
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw refused(`the reader at ${url.host} answered with a redirect (${response.status}), which is not followed: its URL must be the final one`, { details });
  }
  const said = saidBy((await readBounded(response.body, MAX_ERROR_BYTES, watch.signal)).text, key);
  const message = `the reader at ${url.host} answered ${response.status}${said === '' ? '' : `: ${said}`}`;
  if (!PASSING.has(response.status)) throw refused(message, { details });
  const retryAfterSeconds = secondsToWait(response.headers);
  throw unavailable(message, { details: { ...details, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) } });
}

/** Of Retry-After: seconds, or a date (RFC 9110, 10.2.3). */
export function secondsToWait(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
