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
    expect(readingFigures({ createdAt: '2026-01-01T00:00:09.000Z' }, [reading])).toMatchObject({
      tokensRead: 5000, chunksEncoded: 4, chunksReused: 1, readSeconds: 8, tokensPerSecond: 500,
    });
    // it came while the reading was under way
    expect(readingFigures({ createdAt: '2026-01-01T00:00:15.000Z' }, [reading]).chunksEncoded).toBe(4);
  });

  it('a job that came after the seal found everything', () => {
    expect(readingFigures({ createdAt: '2026-01-01T00:00:19.000Z' }, [reading])).toMatchObject({
      tokensRead: 5000, chunksEncoded: 0, chunksReused: 5, readSeconds: 0, tokensPerSecond: 0,
    });
  });

  it('of several documents is summed; the time is from the first start to the last seal', () => {
    const later = { ...reading, startedAt: '2026-01-01T00:00:12.000Z', sealedAt: '2026-01-01T00:00:20.000Z' };
    const before = { ...reading, sealedAt: '2026-01-01T00:00:01.000Z' };
    expect(readingFigures({ createdAt: '2026-01-01T00:00:09.000Z' }, [reading, later, before])).toMatchObject({
      tokensRead: 15_000, chunksEncoded: 8, chunksReused: 2 + 5, readSeconds: 10, tokensPerSecond: 800,
    });
  });

  it('nothing encoded, no speed', () => {
    const found = { ...reading, chunksEncoded: 0, chunksReused: 5, tokensEncoded: 0 };
    expect(readingFigures({ createdAt: '2026-01-01T00:00:09.000Z' }, [found])).toMatchObject({ readSeconds: 8, tokensPerSecond: 0 });
  });
});
