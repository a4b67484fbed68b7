// Fetches a URL into a file, goes on where the file ends (HTTP Range), tries again when the connection breaks.
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@lectern/shared';
import { asDiskFull, throwIfCancelled, type TransferOptions } from './progress.ts';

const STALL_MS = 60_000;
const MAX_ATTEMPTS = 5;
const RETRY_MS = 500;

export interface DownloadOptions extends TransferOptions {
  url: string;
  path: string;
  /** More is refused, whatever the server says. */
  maxBytes: number;
  numBytes?: number | undefined;
}

export async function download(options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadOnce(options);
      return;
    } catch (error) {
      throwIfCancelled(options.signal);
      if (error instanceof ServiceError || attempt === MAX_ATTEMPTS) throw asDownloadFailed(options.url, error);
      await sleep(RETRY_MS * attempt);
    }
  }
}

async function downloadOnce(options: DownloadOptions): Promise<void> {
  const { url, path, signal } = options;
  throwIfCancelled(signal);
  const file = await open(path, 'a+').catch((error: unknown) => Promise.reject(asDiskFull(error, path)));
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error(`no data for ${STALL_MS / 1000} s`)), STALL_MS);
  try {
    const start = (await file.stat()).size;
    if (start === options.numBytes) return;
    const response = await fetch(url, {
      headers: start > 0 ? { range: `bytes=${start}-`, 'accept-encoding': 'identity' } : { 'accept-encoding': 'identity' },
      signal: AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
    });
    await receive(response, await prepare(response, file, start, options), file, options, () => timer.refresh());
  } finally {
    clearTimeout(timer);
    await file.close();
  }
}

/** Where the body's first byte belongs. A server without ranges sends everything again. */
async function prepare(response: Response, file: FileHandle, start: number, { url }: DownloadOptions): Promise<number> {
  const { status } = response;
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  if (status === 206 && start > 0 && Number(range?.[1]) === start) return start;
  if (start > 0) await file.truncate(0);
  if (status === 200) return 0;
  await response.body?.cancel();
  const problem = `${new URL(url).host} answered ${status} for ${url}`;
  const isPassing = status === 206 || status === 416 || status === 429 || status >= 500; // without the bytes we had, it may work
  if (isPassing) throw new Error(problem);
  throw new ServiceError('MODEL_DOWNLOAD_FAILED', problem, { details: { url, status } });
}

async function receive(response: Response, start: number, file: FileHandle, options: DownloadOptions, onChunk: () => void): Promise<void> {
  const { url, path, maxBytes, onProgress } = options;
  const contentLength = Number(response.headers.get('content-length') ?? Number.NaN);
  const totalBytes = Number.isFinite(contentLength) ? start + contentLength : options.numBytes;
  let numBytes = start;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    onChunk();
    numBytes += chunk.length;
    if (numBytes > maxBytes) {
      throw new ServiceError('MODEL_DOWNLOAD_FAILED', `${url} has more than ${maxBytes} bytes`, { details: { url, limit: maxBytes } });
    }
    await file.writeFile(chunk).catch((error: unknown) => Promise.reject(asDiskFull(error, path)));
    onProgress?.({ phase: 'download', numBytes, totalBytes, from: new URL(url).host });
  }
  if (totalBytes !== undefined && numBytes !== totalBytes) throw new Error(`${url} broke off after ${numBytes} of ${totalBytes} bytes`);
}

function asDownloadFailed(url: string, error: unknown): unknown {
  if (error instanceof ServiceError) return error;
  const cause = (error as { cause?: { message?: string } }).cause?.message; // fetch hides the reason there
  return new ServiceError('MODEL_DOWNLOAD_FAILED', `${url}: ${(error as Error).message}${cause ? ` (${cause})` : ''}`, { cause: error, details: { url } });
}
