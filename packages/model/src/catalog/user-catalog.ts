// The catalog of a home: models.json's form at <home>/models/catalog.json, written by calibration. Its entries are for files by their SHA-256.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import { z } from 'zod';
import type { CatalogEntry } from '../contract.ts';
import { catalogSchema } from './schema.ts';
import { temporaryPath } from './temporary.ts';

export const userCatalogPath = (home: string): string => join(home, 'models', 'catalog.json');

/** Empty where there is none. A damaged one is an error that says where: it is neither skipped nor replaced. */
export function readUserCatalog(home: string): readonly CatalogEntry[] {
  const path = userCatalogPath(home);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw damaged(path, (error as Error).message, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(path, (error as Error).message, error);
  }
  const parsed = catalogSchema.safeParse(json);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error), parsed.error);
  return parsed.data.models;
}

const damaged = (path: string, reason: string, cause: unknown): ServiceError =>
  new ServiceError('CATALOG_INVALID', `the catalog of your own models, ${path}, cannot be used: ${reason}`, { cause, details: { path } });

/** Adds an entry, in place of the one for the same file; the file is never seen half written. Returns its path. */
export function writeUserEntry(home: string, entry: CatalogEntry): string {
  const path = userCatalogPath(home);
  const models = [...readUserCatalog(home).filter(({ sha256, id }) => sha256 !== entry.sha256 && id !== entry.id), entry];
  const text = `${JSON.stringify(catalogSchema.parse({ models }), null, 2)}\n`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = temporaryPath(path);
  try {
    writeFileSync(temporary, text, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return path;
}
