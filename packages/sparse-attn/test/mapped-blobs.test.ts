// A blob store's mapped files, with the addon that maps them: what is damaged, replaced or gone is never read as it was.
import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFsBlobStore, type BlobStore } from '@lectern/shared';
import { nativeFileMapper } from '../src/index.ts';

let root: string;
let blobs: BlobStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-mapped-'));
  blobs = createFsBlobStore(root, { blockingReads: true, mapper: nativeFileMapper() });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const pathOf = (key: string): string => join(root, 'blobs', `${key}~`);
const views = (...keys: string[]): Promise<Buffer[]> => blobs.views!(keys);
/** Older than a tick of the disk's clock, so that its mapping is kept. */
const settle = (key: string): void => utimesSync(pathOf(key), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
const put = async (key: string, bytes: Buffer): Promise<void> => {
  await blobs.put(key, bytes);
  settle(key);
};

it('are what get gives, the same object each time, also of a blob without bytes', async () => {
  await put('a', Buffer.from('hello'));
  await put('b/c', Buffer.alloc(10_000, 7));
  await put('empty', Buffer.alloc(0));
  const first = await views('a', 'b/c', 'empty');
  expect(first.map((blob) => blob.length)).toEqual([5, 10_000, 0]);
  for (const [i, key] of ['a', 'b/c', 'empty'].entries()) expect(first[i]!.equals(await blobs.get(key))).toBe(true);
  const again = await views('empty', 'a');
  expect(again[0]).toBe(first[2]);
  expect(again[1]).toBe(first[0]);
});

it('a blob just written is not kept: its file could change again within a tick of the clock', async () => {
  await blobs.put('a', Buffer.from('hello'));
  const [first] = await views('a');
  const [second] = await views('a');
  expect(second!.toString()).toBe('hello');
  expect(second).not.toBe(first);
});

it.each([
  ['a flipped bit', (path: string) => { const b = readFileSync(path); b[3]! ^= 1; writeFileSync(path, b); }],
  ['a cut end', (path: string) => truncateSync(path, 60)],
  ['almost nothing left', (path: string) => truncateSync(path, 10)],
  ['nothing left', (path: string) => truncateSync(path, 0)],
  ['bytes added', (path: string) => writeFileSync(path, 'x', { flag: 'a' })],
])('%s is BLOB_CORRUPT, in a file that is new and in one that was mapped before', async (_, damage) => {
  for (const isMapped of [false, true]) {
    await put('a', Buffer.alloc(10_000, 1));
    if (isMapped) for (let i = 0; i < 2; i++) expect((await views('a'))[0]!.equals(Buffer.alloc(10_000, 1))).toBe(true);
    damage(pathOf('a'));
    settle('a');
    await expect(views('a')).rejects.toMatchObject({ code: 'BLOB_CORRUPT', details: { key: 'a' } });
  }
});

it('a blob that goes is BLOB_NOT_FOUND; one that is put again is the new one, while the old view stays what it was', async () => {
  await put('a', Buffer.alloc(10_000, 1));
  await put('b', Buffer.alloc(10_000, 1));
  const [a, b] = await views('a', 'b');
  await blobs.delete('a');
  await expect(views('b', 'a')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', details: { key: 'a' } });
  await put('b', Buffer.alloc(10_000, 2));
  expect((await views('b'))[0]!.equals(Buffer.alloc(10_000, 2))).toBe(true);
  expect([a, b].every((view) => view!.equals(Buffer.alloc(10_000, 1)))).toBe(true);
});

it('another whole file under the name, with the size and times of the old one, is seen', async () => {
  await put('a', Buffer.alloc(100, 1));
  await put('b', Buffer.alloc(100, 2));
  await views('a');
  renameSync(pathOf('b'), pathOf('a'));
  expect((await views('a'))[0]!.equals(Buffer.alloc(100, 2))).toBe(true);
});
