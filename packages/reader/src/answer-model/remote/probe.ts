// Is somebody there? One GET of the API's list of models: nothing of a document is sent, nothing is generated.
import { completionsUrl, readerUrl } from './address.ts';
import { readBounded } from './bounded.ts';
import { refused, saidBy, unavailable } from './errors.ts';
import type { RemoteReaderSettings } from './remote-reader.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;

/**
 * READER_UNAVAILABLE when nobody answers, READER_REFUSED when the key or the address is wrong. Another refusal says nothing: not every server
 * has the list, and not every key may see it.
 */
export async function probeReader({ url: base, key }: Pick<RemoteReaderSettings, 'url' | 'key'>): Promise<void> {
  const url = completionsUrl(readerUrl(base));
  url.pathname = url.pathname.replace(/chat\/completions$/, 'models');
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, { redirect: 'manual', signal, headers: { Accept: 'application/json', ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }) } });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    throw unavailable(`cannot reach the reader at ${url.host}: ${cause?.code ?? cause?.message ?? (error as Error).message}`, { cause: error });
  }
  if (response.status < 300 || (response.status >= 400 && response.status < 500 && response.status !== 401)) {
    await response.body?.cancel();
    return;
  }
  const said = saidBy((await readBounded(response.body, MAX_BYTES, signal)).text, key);
  const fail = response.status >= 500 ? unavailable : refused;
  throw fail(`the reader at ${url.host} answered ${response.status}${said === '' ? '' : `: ${said}`}`, { details: { status: response.status } });
}
