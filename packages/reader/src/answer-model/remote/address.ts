// The address of a remote reader: which are taken, and where its completions are. The text before the question leaves this machine:
// in the clear only to this machine or a private network.
import { isIP } from 'node:net';
import { ServiceError } from '@lectern/shared';

/** A URL, as against an id or a path. */
export const isReaderUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

const refuse = (message: string): never => {
  throw new ServiceError('VALIDATION', message);
};

/** The base URL as one asks for it ('https://host/v1'), without a trailing slash. VALIDATION names what is wrong, never the user part. */
export function readerUrl(text: string): URL {
  if (!URL.canParse(text)) return refuse('the reader\'s URL cannot be parsed; one such as https://host/v1 is expected');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return refuse('the reader\'s URL holds a user or password; give the key in LECTERN_READER_KEY (of a worker: READER_KEY)');
  url.hash = '';
  if (url.protocol === 'https:') return url;
  if (url.protocol !== 'http:') return refuse(`the reader's URL begins with ${url.protocol}; https: is expected, or http: to this machine or a private network`);
  if (isPrivateHost(url.hostname)) return url;
  return refuse(`http://${url.host} is neither this machine nor in a private network: what is read would cross the network in the clear; use https`);
}

export function completionsUrl(base: URL): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return url;
}

/** Names without a dot, .local and .internal are of the own network; addresses of RFC 1918 and RFC 4193 are private, 127/8 and ::1 this machine. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4) return /^(?:127|10)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host);
  return !host.includes('.') || /\.(?:local|internal|localhost)$/.test(host);
}
