// The models Lectern knows by name (models.json and what calibration added in a home), and the meaning of what a user calls a model:
// a name of these, or a path.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import type { EmbedderEntry } from '../embedder/contract.ts';
import { builtInSchema } from './schema.ts';
import { readUserCatalog, userCatalogPath } from './user-catalog.ts';

let catalog: { models: readonly CatalogEntry[]; embedders: readonly EmbedderEntry[] } | undefined;

function builtIn(): NonNullable<typeof catalog> {
  // The same depth from src/catalog and dist/catalog.
  catalog ??= builtInSchema.parse(JSON.parse(readFileSync(new URL('../../models.json', import.meta.url), 'utf8')));
  return catalog;
}

/** The sentence embedders; the first is the default. */
export const listEmbedders = (): readonly EmbedderEntry[] => builtIn().embedders;

/** All entries; the first is the default model. Those of a home's own catalog replace ours for the same file, and come after them for others. */
export function listCatalog(home?: string): readonly CatalogEntry[] {
  const { models } = builtIn();
  return home === undefined ? models : merge(models, readUserCatalog(home), userCatalogPath(home));
}

function merge(ours: readonly CatalogEntry[], theirs: readonly CatalogEntry[], path: string): readonly CatalogEntry[] {
  const taken = theirs.find((their) => ours.some((our) => our.id === their.id && our.sha256 !== their.sha256));
  if (taken !== undefined) throw new ServiceError('CATALOG_INVALID', `${path}: ${taken.id} is the name of another file's model`, { details: { path } });
  const isNew = (entry: CatalogEntry): boolean => !ours.some(({ sha256 }) => sha256 === entry.sha256);
  return [...ours.map((our) => theirs.find(({ sha256 }) => sha256 === our.sha256) ?? our), ...theirs.filter(isNew)];
}

/** Where a catalog model's file lies once it is fetched; a local one stays where it was. */
export function cachedModelPath(home: string, { id, sources }: CatalogEntry): string {
  const source = sources[0]!;
  if (source.kind === 'local') return source.path;
  const file = source.kind === 'pypi-parts' ? source.parts[0]!.file.replace(/\.part-?\d+$/, '') : source.file;
  return join(home, 'models', id, basename(file));
}

export type FoundModel = { kind: 'entry'; entry: CatalogEntry } | { kind: 'file'; path: string };

/** A path has a slash or ends in .gguf or .safetensors; anything else must be an id of the catalog. */
export function findModel(idOrPath: string, entries = listCatalog()): FoundModel {
  if (/[/\\]|\.(gguf|safetensors)$/i.test(idOrPath)) return { kind: 'file', path: idOrPath };
  const entry = entries.find(({ id }) => id === idOrPath);
  if (entry) return { kind: 'entry', entry };
  const known = entries.map(({ id }) => id);
  throw new ServiceError('MODEL_UNKNOWN', `no model ${JSON.stringify(idOrPath.slice(0, 200))}; known are ${known.join(', ')}, or give the path of a .gguf file or of a folder with safetensors (./name)`, {
    details: { model: idOrPath.slice(0, 200), known },
  });
}
