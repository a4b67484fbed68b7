// The models Lectern knows by name (models.json), and the meaning of what a user calls a model: a name of these, or a path.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import { catalogSchema } from './schema.ts';

let catalog: readonly CatalogEntry[] | undefined;

/** All entries; the first is the default model. */
export function listCatalog(): readonly CatalogEntry[] {
  // The same depth from src/catalog and dist/catalog.
  catalog ??= catalogSchema.parse(JSON.parse(readFileSync(new URL('../../models.json', import.meta.url), 'utf8'))).models;
  return catalog;
}

/** Where a catalog model's file lies once it is fetched. */
export function cachedModelPath(home: string, { id, sources }: CatalogEntry): string {
  const source = sources[0]!;
  const file = source.kind === 'pypi-parts' ? source.parts[0]!.file.replace(/\.part-?\d+$/, '') : source.file;
  return join(home, 'models', id, basename(file));
}

export type FoundModel = { kind: 'entry'; entry: CatalogEntry } | { kind: 'file'; path: string };

/** A path has a slash or ends in .gguf; anything else must be an id of the catalog. */
export function findModel(idOrPath: string, entries = listCatalog()): FoundModel {
  if (/[/\\]|\.gguf$/i.test(idOrPath)) return { kind: 'file', path: idOrPath };
  const entry = entries.find(({ id }) => id === idOrPath);
  if (entry) return { kind: 'entry', entry };
  const known = entries.map(({ id }) => id);
  throw new ServiceError('MODEL_UNKNOWN', `no model ${JSON.stringify(idOrPath.slice(0, 200))}; known are ${known.join(', ')}, or give the path of a .gguf file`, {
    details: { model: idOrPath.slice(0, 200), known },
  });
}
