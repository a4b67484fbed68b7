// Model files through the catalog: cached under LECTERN_HOME, fetched when it is not there.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { listCatalog, resolveModel } from '../../src/catalog/index.ts';
import type { ModelFile } from '../../src/contract.ts';
import { openModelFile } from '../../src/open-model-file.ts';

export async function catalogModelFile(id: string): Promise<ModelFile> {
  const home = process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern');
  const { path } = await resolveModel(id, { home });
  return openModelFile(path);
}

export const defaultModelFile = (): Promise<ModelFile> => catalogModelFile(listCatalog()[0]!.id);

/** The same file with another value in its metadata. */
export function withMetadata(file: ModelFile, key: string, value: unknown): ModelFile {
  return { ...file, metadata: new Map(file.metadata).set(key, value) };
}
