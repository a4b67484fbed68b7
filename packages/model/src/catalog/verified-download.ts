// Downloads bytes whose checksum is known and hands over their path. Wrong bytes are removed, unfinished ones are kept for the next try.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import { download } from './download.ts';
import { hashFile } from './hash-file.ts';
import { PartFile } from './part-file.ts';
import type { TransferOptions } from './progress.ts';

export interface Wanted {
  url: string;
  sha256: string;
  numBytes?: number | undefined;
}

/** What `use` does not take away or remove is kept for the next try. */
export async function withVerified(
  wanted: Wanted, maxBytes: number, options: TransferOptions & { home: string }, use: (path: string, remove: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const part = await PartFile.claim(join(options.home, 'downloads'), wanted.sha256);
  let isVerified = false;
  try {
    await download({ ...options, url: wanted.url, path: part.path, maxBytes, numBytes: wanted.numBytes });
    const file = await open(part.path, 'r');
    const { size } = await file.stat().finally(() => file.close());
    checkSum(wanted.url, await hashFile(part.path, size, options), wanted.sha256);
    isVerified = true;
    await use(part.path, () => part.remove());
  } catch (error) {
    if (!isVerified && error instanceof ServiceError && error.code === 'MODEL_CHECKSUM_MISMATCH') await part.remove();
    else await part.release();
    throw error;
  }
}

export function checkSum(what: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${what} has the SHA-256 ${found}, expected ${expected}`, { details: { found, expected } });
}
