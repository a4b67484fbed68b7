// A file of a public data set: taken from the folder where it lies, else fetched from its source; used only with the right checksum.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { SuiteOptions } from '../contract.ts';

export interface PublicFile {
  /** Below the folder of data sets, '/' between parts. */
  path: string;
  url: string;
  sha256: string;
  /** More is refused while it comes. */
  maxBytes: number;
}

const TIMEOUT_MS = 60_000;

export async function readPublicFile(file: PublicFile, { dataFolder, say }: Pick<SuiteOptions, 'dataFolder' | 'say'>): Promise<string> {
  const path = join(dataFolder, file.path);
  if (existsSync(path)) return checked(readFileSync(path), file, path).toString('utf8');
  say(`fetching ${file.url}`);
  const bytes = checked(await download(file), file, file.url);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
  return bytes.toString('utf8');
}

/** Copies what `source` holds of these into `dataFolder`, where it is not there yet. Wrong content is refused. */
export function takePublicFiles(files: readonly PublicFile[], source: string, dataFolder: string): void {
  for (const file of files) {
    const from = join(source, file.path);
    const to = join(dataFolder, file.path);
    if (existsSync(to) || !existsSync(from)) continue;
    checked(readFileSync(from), file, from);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(from, `${to}.part`);
    renameSync(`${to}.part`, to);
  }
}

function checked(bytes: Buffer, file: PublicFile, where: string): Buffer {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== file.sha256) {
    throw new ServiceError('DOCUMENT_UNREADABLE', `${where} has SHA-256 ${found}, expected ${file.sha256}`, { details: { found, expected: file.sha256 } });
  }
  return bytes;
}

async function download(file: PublicFile): Promise<Buffer> {
  try {
    const response = await fetch(file.url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const parts: Uint8Array[] = [];
    let numBytes = 0;
    for await (const part of response.body) {
      numBytes += part.byteLength;
      if (numBytes > file.maxBytes) throw new Error(`more than ${file.maxBytes} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new ServiceError('DOCUMENT_UNREADABLE', `could not fetch ${file.url} (${why}); put the file at ${file.path} below the folder that LECTERN_EVAL_DATA names`, { cause: error });
  }
}
