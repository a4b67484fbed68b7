// What the tests of fetching share: a tiny model, a server of their own, an empty home before each test.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { resolveModel, type ResolvedModel, type ResolveOptions } from '../../src/catalog/index.ts';
import type { CatalogEntry } from '../../src/contract.ts';
import { FileServer } from './file-server.ts';

export const MODEL = Buffer.concat([Buffer.from('GGUF'), randomBytes(300_000), Buffer.alloc(100_000)]);
export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export const entryFrom = (...sources: CatalogEntry['sources']): CatalogEntry => ({
  id: 'tiny', name: 'Tiny', licence: 'MIT', contextLength: 64, numBytes: MODEL.length, sha256: sha256(MODEL), sources,
  retrieval: { heads: [{ layer: 0, head: 0, weight: 1 }], queryPosition: 0, floor: 1 },
});

/** Call it once, in the file: it registers hooks. */
export function useFetching(): { server: FileServer; home(): string; resolve(entry: CatalogEntry, options?: Partial<ResolveOptions>): Promise<ResolvedModel> } {
  const server = new FileServer();
  let home = '';
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    server.reset();
    home = mkdtempSync(join(tmpdir(), 'lectern-test-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  return {
    server,
    home: () => home,
    resolve: (entry, options = {}) => resolveModel('tiny', { home, entries: [entry], pypiIndexUrl: server.url, huggingFaceUrl: `${server.url}/`, ...options }),
  };
}

export async function failure(action: Promise<unknown>): Promise<ServiceError> {
  const error = await action.then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  return error as ServiceError;
}

export const filesUnder = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name) : [];
