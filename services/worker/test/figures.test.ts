// Whose reading was it: a job that waited for it pays, a later one does not.
import type { ReadingRecord } from '@lectern/shared';
import { describe, expect, it } from 'vitest';
import { readingFigures } from '../src/tasks/figures.ts';

const reading: ReadingRecord = {
  id: 'rd_1', tenant: 'default', documentId: 'doc_1', model: 'm', keep: 'index', state: 'sealed',
  numTokens: 5000, numChunks: 5, numBlocks: 80, tokensDone: 5000, chunksEncoded: 4, chunksReused: 1, tokensEncoded: 4000,
  startedAt: '2026-01-01T00:00:10.000Z', sealedAt: '2026-01-01T00:00:18.000Z',
};

describe('readingFigures', () => {
  it('a job that waited for the reading has its cost', () => {
    expect(readingFigures({ createdAt: '2026-01-01T00:00:09.000Z' }, reading)).toMatchObject({
      tokensRead: 5000, chunksEncoded: 4, chunksReused: 1, readSeconds: 8, tokensPerSecond: 500,
    });
    // it came while the reading was under way
    expect(readingFigures({ createdAt: '2026-01-01T00:00:15.000Z' }, reading).chunksEncoded).toBe(4);
  });

  it('a job that came after the seal found everything', () => {
    expect(readingFigures({ createdAt: '2026-01-01T00:00:19.000Z' }, reading)).toMatchObject({
      tokensRead: 5000, chunksEncoded: 0, chunksReused: 5, readSeconds: 0, tokensPerSecond: 0,
    });
  });

  it('nothing encoded, no speed', () => {
    const found = { ...reading, chunksEncoded: 0, chunksReused: 5, tokensEncoded: 0 };
    expect(readingFigures({ createdAt: '2026-01-01T00:00:09.000Z' }, found)).toMatchObject({ readSeconds: 8, tokensPerSecond: 0 });
  });
});
