// The catalog of a home: merged with ours by checksum, written whole or not at all, and never replaced when it is damaged.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findModel, listCatalog, readUserCatalog, resolveModel, userCatalogPath, writeUserEntry } from '../../src/catalog/index.ts';
import type { CatalogEntry } from '../../src/contract.ts';
import { sha256 } from './fetching.ts';

const MODEL = Buffer.from('the weights of a model');

let home: string;
let modelPath: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lectern-catalog-'));
  modelPath = join(home, 'my.gguf');
  writeFileSync(modelPath, MODEL);
});
afterEach(() => rmSync(home, { recursive: true }));

const retrieval = (layer: number): CatalogEntry['retrieval'] => ({ heads: [{ layer, head: 0, weight: 1 }], queryPosition: 512, floor: 0.001 });
const mine = (changes: Partial<CatalogEntry> = {}): CatalogEntry => ({
  id: 'my-0123456789ab', name: 'Mine', licence: 'unknown', contextLength: 2048, numBytes: MODEL.length, sha256: sha256(MODEL),
  sources: [{ kind: 'local', path: modelPath }], retrieval: retrieval(3), reading: { ceiling: 0.5, numQuestions: 96, reads: 'sentence' }, ...changes,
});
const damage = (text: string): void => {
  mkdirSync(dirname(userCatalogPath(home)), { recursive: true });
  writeFileSync(userCatalogPath(home), text);
};
const ours = listCatalog()[0]!;

describe('a home\'s own catalog', () => {
  it('is empty where there is none', () => {
    expect(readUserCatalog(home)).toEqual([]);
    expect(listCatalog(home)).toEqual(listCatalog());
  });

  it('comes after ours, and its models are found by id, by path and by nothing else', async () => {
    expect(writeUserEntry(home, mine())).toBe(join(home, 'models', 'catalog.json'));
    expect(listCatalog(home).map(({ id }) => id)).toEqual([...listCatalog().map(({ id }) => id), 'my-0123456789ab']);
    expect(listCatalog().some(({ id }) => id === 'my-0123456789ab')).toBe(false);
    const expected = { id: 'my-0123456789ab', path: modelPath, entry: mine() };
    expect(await resolveModel('my-0123456789ab', { home })).toMatchObject(expected);
    expect(await resolveModel(modelPath, { home })).toMatchObject(expected);
    const elsewhere = join(home, 'copy.gguf');
    writeFileSync(elsewhere, MODEL);
    expect(await resolveModel(elsewhere, { home })).toMatchObject({ id: 'my-0123456789ab', path: elsewhere });
    expect(() => findModel('my-0123456789ab')).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN' }));
  });

  it('wins for the file of one of ours, in its place', () => {
    writeUserEntry(home, { ...ours, retrieval: retrieval(7) });
    expect(listCatalog(home)).toHaveLength(listCatalog().length);
    expect(listCatalog(home)[0]).toEqual({ ...ours, retrieval: retrieval(7) });
  });

  it('keeps the weight of attention; an entry without one stays valid', () => {
    const weighed = mine({ retrieval: { ...retrieval(3), attentionWeight: 0.25 } });
    writeUserEntry(home, weighed);
    writeUserEntry(home, mine({ id: 'older', sha256: 'b'.repeat(64) }));
    expect(readUserCatalog(home)).toEqual([weighed, mine({ id: 'older', sha256: 'b'.repeat(64) })]);
  });

  it('holds one entry per file: the last', () => {
    writeUserEntry(home, mine());
    writeUserEntry(home, mine({ id: 'other', sha256: 'b'.repeat(64) }));
    writeUserEntry(home, mine({ retrieval: retrieval(9) }));
    expect(readUserCatalog(home).map(({ id, retrieval: { heads } }) => [id, heads[0]!.layer])).toEqual([['other', 3], ['my-0123456789ab', 9]]);
    expect(readdirSync(join(home, 'models'))).toEqual(['catalog.json']); // no temporary file is left
  });

  it('says that a calibrated file has changed or is gone, and never fetches or removes it', async () => {
    writeUserEntry(home, mine());
    writeFileSync(modelPath, 'other weights');
    await expect(resolveModel('my-0123456789ab', { home })).rejects.toMatchObject({ code: 'MODEL_CHECKSUM_MISMATCH', message: expect.stringContaining(`lectern calibrate ${modelPath}`) });
    expect(readFileSync(modelPath, 'utf8')).toBe('other weights');
    rmSync(modelPath);
    await expect(resolveModel('my-0123456789ab', { home })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"models": [', /catalog\.json, cannot be used: .*JSON/],
    ['half a file', JSON.stringify({ models: [mine()] }).slice(0, 200), /catalog\.json/],
    ['an entry without heads', JSON.stringify({ models: [{ ...mine(), retrieval: { ...retrieval(1), heads: [] } }] }), /models\[0\]\.retrieval\.heads/],
    ['a weight of nothing', JSON.stringify({ models: [mine({ retrieval: { ...retrieval(1), attentionWeight: 0 } })] }), /attentionWeight/],
    ['a relative path', JSON.stringify({ models: [mine({ sources: [{ kind: 'local', path: 'my.gguf' }] })] }), /is not absolute/],
    ['an unknown field', JSON.stringify({ models: [], extra: 1 }), /extra/],
  ])('damaged (%s) is an error that names it, on reading and on writing, and stays as it is', (_, text, says) => {
    damage(text);
    for (const use of [() => listCatalog(home), () => writeUserEntry(home, mine())]) {
      expect(use).toThrow(expect.objectContaining({ code: 'CATALOG_INVALID', message: expect.stringMatching(says) }));
    }
    expect(readFileSync(userCatalogPath(home), 'utf8')).toBe(text);
  });

  it('may not give the name of one of ours to another file', () => {
    damage(JSON.stringify({ models: [mine({ id: ours.id })] }));
    expect(() => listCatalog(home)).toThrow(expect.objectContaining({ code: 'CATALOG_INVALID', message: expect.stringContaining(ours.id) }));
  });
});
