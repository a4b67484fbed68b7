// Source archives of PyPI, found in its index (the "simple" API as JSON, PEP 691).
import { writeFileSync } from 'node:fs';
import { ServiceError } from '@lectern/shared';
import { z } from 'zod';

const MAX_BYTES = 64 * 2 ** 20;
const TIMEOUT_MS = 300_000;
const INDEX_TYPE = 'application/vnd.pypi.simple.v1+json';
const indexSchema = z.object({ files: z.array(z.object({ filename: z.string(), url: z.url({ protocol: /^https$/ }) })) });

/** `package`: name@version. What comes is not verified here. */
export async function downloadSdist(packageVersion: string, path: string): Promise<void> {
  const [name, version] = packageVersion.split('@') as [string, string];
  const index = indexSchema.parse(JSON.parse((await get(`https://pypi.org/simple/${name}/`, { accept: INDEX_TYPE })).toString('utf8')));
  const file = index.files.find(({ filename }) => filename === `${name}-${version}.tar.gz`);
  if (file === undefined) throw new ServiceError('DOCUMENT_UNREADABLE', `PyPI has no source archive of ${packageVersion}`);
  writeFileSync(path, await get(file.url, {}));
}

async function get(url: string, headers: Record<string, string>): Promise<Buffer> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new ServiceError('DOCUMENT_UNREADABLE', `${url} answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let numBytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    numBytes += part.length;
    if (numBytes > MAX_BYTES) throw new ServiceError('DOCUMENT_TOO_LARGE', `${url} has more than ${MAX_BYTES} bytes`, { details: { what: 'bytes', actual: numBytes, limit: MAX_BYTES } });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
