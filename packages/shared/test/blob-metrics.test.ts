// Figures of a metered blob store, on a real folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, expect, it } from 'vitest';
import { createFsBlobStore } from '../src/blob/fs.ts';
import { type BlobOperation, countBlobOperation, createApiMetrics, meterBlobStore } from '../src/metrics/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'lectern-blobs-'));
afterAll(() => rm(folder, { recursive: true }));

it('reports each operation with its bytes, changes no result, and counts no failure', async () => {
  const operations: BlobOperation[] = [];
  const blobs = meterBlobStore(createFsBlobStore(folder), (operation) => operations.push(operation));
  await blobs.put('a/b', Buffer.from('0123456789'));
  expect(String(await blobs.get('a/b'))).toBe('0123456789');
  expect(String(await blobs.getRange('a/b', 2, 5))).toBe('234');
  const listed = [];
  for await (const stat of blobs.list('a/')) listed.push(stat);
  expect(listed).toEqual([{ key: 'a/b', numBytes: 10 }]);
  await expect(blobs.get('a/none')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  expect(await blobs.delete('a/b')).toBe(true);

  expect(operations.map(({ op, readBytes, writtenBytes }) => [op, readBytes, writtenBytes]))
    .toEqual([['put', 0, 10], ['get', 10, 0], ['get', 3, 0], ['list', 0, 0], ['delete', 0, 0]]);
  expect(operations.every(({ seconds }) => seconds > 0 && seconds < 5)).toBe(true);

  const registry = new Registry();
  const metrics = createApiMetrics(registry);
  for (const operation of operations) countBlobOperation(metrics, operation);
  const text = await registry.metrics();
  expect(text).toContain('lectern_blob_bytes_total{direction="read"} 13');
  expect(text).toContain('lectern_blob_bytes_total{direction="write"} 10');
  expect(text).toContain('lectern_blob_operation_seconds_count{op="get"} 2');
});
