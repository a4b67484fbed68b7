// What names a model in safetensors form that lies on this disk.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveModel } from '../../src/catalog/index.ts';
import { failure, useFetching } from './fetching.ts';

const { home } = useFetching();

describe('a folder in safetensors form', () => {
  const files = { 'config.json': '{}', 'tokenizer.json': '{}', 'model.safetensors': 'weights' };
  function folderWith(contents: Record<string, string>): string {
    const folder = mkdtempSync(join(home(), 'model-'));
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
    return folder;
  }
  const idOf = async (contents: Record<string, string>, name = '') => (await resolveModel(join(folderWith(contents), name), { home: home(), entries: [] })).id;

  it('is named by all files that make the model, and by no others', async () => {
    const id = await idOf(files);
    expect(id).toMatch(/^sha256-[0-9a-f]{40}$/);
    expect(await idOf({ ...files, 'README.md': 'x' })).toBe(id);
    expect(await idOf(files, 'model.safetensors')).toBe(id);
    for (const name of Object.keys(files)) expect(await idOf({ ...files, [name]: 'other' })).not.toBe(id);
    expect(await idOf({ ...files, 'chat_template.jinja': 'x' })).not.toBe(id);
  });

  it('is hashed once', async () => {
    const folder = folderWith(files);
    let numHashed = 0;
    for (let i = 0; i < 2; i++) await resolveModel(folder, { home: home(), entries: [], onProgress: () => numHashed++ });
    expect(numHashed).toBe(3);
  });

  it('must be there whole', async () => {
    expect((await failure(resolveModel('./no/such.safetensors', { home: home() }))).code).toBe('MODEL_UNKNOWN');
    expect((await failure(resolveModel(folderWith({ 'config.json': '{}' }), { home: home() }))).message).toMatch(/neither model.safetensors nor/);
    const index = JSON.stringify({ weight_map: { a: 'a.safetensors' } });
    expect((await failure(resolveModel(folderWith({ 'model.safetensors.index.json': index }), { home: home() }))).message).toMatch(/has no file .*a.safetensors/);
  });
});
