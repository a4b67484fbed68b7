// Reading ahead keeps the order, the bound, and the errors.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsBlobStore, type BlobStore } from '@lectern/shared';
import { afterAll, expect, test } from 'vitest';
import { readAhead } from '../src/find/read-ahead.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-ahead-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const keys = Array.from({ length: 20 }, (_, i) => `blobs/${i}`);

async function stored(): Promise<{ blobs: BlobStore; counts: { open: number; most: number } }> {
  const blobs = createFsBlobStore(folder);
  for (const [i, key] of keys.entries()) await blobs.put(key, Buffer.alloc(1 + 1000 * (20 - i), i));
  const counts = { open: 0, most: 0 };
  const counted: BlobStore = Object.create(blobs, {
    get: {
      value: async (key: string) => {
        counts.most = Math.max(counts.most, ++counts.open);
        try {
          return await blobs.get(key);
        } finally {
          counts.open--;
        }
      },
    },
  });
  return { blobs: counted, counts };
}

test('gives the blobs in order, at most depth of them under way', async () => {
  const { blobs, counts } = await stored();
  const seen: number[] = [];
  for await (const bytes of readAhead(blobs, keys, 4)) seen.push(bytes[0]);
  expect(seen).toEqual(keys.map((_, i) => i));
  expect(counts.most).toBeGreaterThan(1);
  expect(counts.most).toBeLessThanOrEqual(4);
});

test('a missing blob is told when its turn comes, after those before it', async () => {
  const { blobs } = await stored();
  const seen: number[] = [];
  const scan = async (): Promise<void> => {
    for await (const bytes of readAhead(blobs, ['blobs/0', 'blobs/1', 'blobs/none', 'blobs/2'], 8)) seen.push(bytes[0]);
  };
  await expect(scan()).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  expect(seen).toEqual([0, 1]);
});
