// Finds one wheel in a Python package index (the "simple" API, as JSON or as HTML).
import { ServiceError } from '@lectern/shared';
import { z } from 'zod';

const MAX_INDEX_BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 60_000;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

const indexSchema = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()), size: z.number().optional() })),
});

export interface Wheel {
  url: string;
  sha256: string;
  numBytes?: number | undefined;
}

interface IndexFile { filename: string; url: string; sha256: string | undefined; numBytes?: number | undefined }

export async function findWheel(indexUrl: string, packageName: string, version: string, signal?: AbortSignal): Promise<Wheel> {
  const normalized = packageName.toLowerCase().replace(/[-_.]+/g, '-');
  const url = `${indexUrl.replace(/\/+$/, '')}/simple/${normalized}/`;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { headers: { accept: `${JSON_TYPE}, text/html;q=0.5` }, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  if (!response.ok) throw failed(`${url} answered ${response.status}`);
  const body = await readBounded(response, url);
  const files = response.headers.get('content-type')?.includes('json') ? filesOfJson(body, url) : filesOfHtml(body);

  const prefix = `${normalized.replaceAll('-', '_')}-${version}-`.toLowerCase();
  const wheel = files.find(({ filename }) => filename.toLowerCase().startsWith(prefix) && filename.endsWith('.whl'));
  if (!wheel) throw failed(`${url} has no wheel of version ${version}`);
  if (!/^[0-9a-f]{64}$/.test(wheel.sha256 ?? '')) throw failed(`${url} gives no SHA-256 for ${wheel.filename}`);
  const resolved = new URL(wheel.url, response.url);
  if (!/^https?:$/.test(resolved.protocol)) throw failed(`${url} points to ${resolved.protocol}`);
  resolved.hash = '';
  return { url: resolved.href, sha256: wheel.sha256!, numBytes: wheel.numBytes };
}

async function readBounded(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let numBytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    numBytes += chunk.length;
    if (numBytes > MAX_INDEX_BYTES) throw failed(`${url} has more than ${MAX_INDEX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function filesOfJson(body: string, url: string): IndexFile[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw failed(`${url} is not JSON`, error);
  }
  const index = indexSchema.safeParse(json);
  if (!index.success) throw failed(`${url} is not a package index: ${z.prettifyError(index.error).slice(0, 500)}`);
  return index.data.files.map(({ filename, url: href, hashes, size }) => ({ filename, url: href, sha256: hashes['sha256'], numBytes: size }));
}

/** The form is fixed by PEP 503: one <a href="...#sha256=..."> per file. */
function filesOfHtml(body: string): IndexFile[] {
  return Array.from(body.matchAll(/<a\s[^>]*?href=["']([^"']+)["']/gi), ([, href]) => {
    const [url, fragment = ''] = href!.replaceAll('&amp;', '&').split('#');
    return { filename: decodeURIComponent(url!.split('/').at(-1)!), url: url!, sha256: /sha256=([0-9a-f]{64})/.exec(fragment)?.[1] };
  });
}

const failed = (message: string, cause?: unknown) => new ServiceError('MODEL_DOWNLOAD_FAILED', message, { cause });
