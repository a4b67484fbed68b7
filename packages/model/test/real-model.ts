// The catalog's models: the default one and others by id: cached under LECTERN_HOME (default ~/.lectern), fetched and verified when absent.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { resolveModel } from '../src/catalog/index.ts';
import { openModelFile } from '../src/open-model-file.ts';
import type { ModelFile } from '../src/contract.ts';

export const DEFAULT_MODEL = 'smollm2-135m-instruct';

export async function openRealModel(id = DEFAULT_MODEL): Promise<ModelFile> {
  const { path } = await resolveModel(id, { home: process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern') });
  return openModelFile(path);
}
