// Plans stay while there is room, the newest in any case.
import type { ReadingPlan } from '@lectern/reader';
import type { BlobStore } from '@lectern/shared';
import { expect, test } from 'vitest';
import { PlanCache } from '../src/threads/plan-cache.ts';

const plan = (readingId: string, numChunks: number): ReadingPlan => ({
  version: 2, readingId, documentId: 'd', model: 'm', keep: 'index', numTokens: 0, numChars: 0, numBlocks: 0, heads: [], trails: [],
  chunks: Array.from({ length: numChunks }, (_, index) => ({
    index, tokenStart: 0, tokenEnd: 0, overlapStart: 0, byteStart: 0, byteEnd: 0, charStart: 0, charEnd: 0, lineStart: 1, blockStart: 0, numBlocks: 0, segment: 's', trails: [], headings: [],
  })),
});

function cacheOf(...plans: ReadingPlan[]) {
  const loads: string[] = [];
  const blobs = { get: async (key: string) => {
    const found = plans.find((p) => key.includes(p.readingId))!;
    loads.push(found.readingId);
    return Buffer.from(JSON.stringify(found));
  } } as Pick<BlobStore, 'get'> as BlobStore;
  return { cache: new PlanCache(blobs), loads };
}

test('a plan is loaded once while it is among the last used', async () => {
  const { cache, loads } = cacheOf(plan('rd_a', 2_000), plan('rd_b', 2_000), plan('rd_c', 100));
  await cache.get('rd_a');
  await cache.get('rd_b');
  expect((await cache.get('rd_a')).readingId).toBe('rd_a');
  expect(loads).toEqual(['rd_a', 'rd_b']);
  await cache.get('rd_c'); // 4,100 chunks: the least recently used goes
  await cache.get('rd_a');
  await cache.get('rd_b');
  expect(loads).toEqual(['rd_a', 'rd_b', 'rd_c', 'rd_b']);
});

test('one that is larger than the cache stays until another comes', async () => {
  const { cache, loads } = cacheOf(plan('rd_large', 5_000), plan('rd_small', 1));
  await cache.get('rd_large');
  await cache.get('rd_large');
  await cache.get('rd_small');
  await cache.get('rd_large');
  expect(loads).toEqual(['rd_large', 'rd_small', 'rd_large']);
});
