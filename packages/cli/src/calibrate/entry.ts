// What calibration found, as an entry of a catalog.
import { basename, extname } from 'node:path';
import type { CatalogEntry } from '@lectern/model';
import type { Calibration, ReaderModel } from '@lectern/reader';

/** `path`: of a file that no catalog knew by name. A known model keeps its name, licence and sources. */
export function entryOf({ entry, file, transformer }: ReaderModel, { retrieval, reading }: Calibration, path: string | undefined): CatalogEntry {
  if (entry !== undefined) return { ...entry, retrieval, reading };
  const { name, contextLength } = transformer.config;
  const sha256 = file.sha256 as string;
  const licence = file.metadata.get('general.license');
  return {
    id: idOf(path as string, sha256), name: name || basename(path as string), contextLength, numBytes: file.numBytes, sha256,
    licence: typeof licence === 'string' && licence !== '' ? licence : 'unknown',
    sources: [{ kind: 'local', path: path as string }],
    retrieval, reading,
  };
}

/** The id names the weights wherever readings are shared, so it holds a part of their digest. */
function idOf(path: string, sha256: string): string {
  const slug = basename(path, extname(path)).toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, 60);
  return `${slug === '' ? 'model' : slug}-${sha256.slice(0, 12)}`;
}
