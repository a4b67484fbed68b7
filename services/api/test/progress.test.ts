// The readings of a job as one progress.
import type { ReadingRecord } from '@lectern/shared';
import { expect, test } from 'vitest';
import { progressOf } from '../src/jobs/progress.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(AT + 1000 * seconds).toISOString();
const reading = (more: Partial<ReadingRecord>): ReadingRecord => ({
  id: 'rd', tenant: 't', documentId: 'd', model: 'm', keep: 'index', state: 'new', numTokens: 0, numChunks: 0, numBlocks: 0,
  tokensDone: 0, chunksEncoded: 0, chunksReused: 0, tokensEncoded: 0, ...more,
});
const encoding = reading({ state: 'encoding', numTokens: 1_000, numChunks: 10, tokensDone: 400, chunksEncoded: 3, chunksReused: 1, tokensEncoded: 300, startedAt: at(10) });
const sealedLongAgo = reading({ state: 'sealed', numTokens: 5_000, numChunks: 5, tokensDone: 5_000, chunksEncoded: 5, tokensEncoded: 5_000, startedAt: at(-9_000), sealedAt: at(-8_000) });
const sealedNow = reading({ state: 'sealed', numTokens: 500, numChunks: 5, tokensDone: 500, chunksEncoded: 5, tokensEncoded: 500, startedAt: at(8), sealedAt: at(14) });

test('one reading: its own counts, rate and time left', () => {
  expect(progressOf([encoding], AT + 20_000)).toEqual({
    state: 'encoding', numTokens: 1_000, tokensDone: 400, numChunks: 10, chunksEncoded: 3, chunksReused: 1, documentsRead: 0, documentsTotal: 1, tokensPerSecond: 30, etaSeconds: 20,
  });
});

test('several: counts are summed; the rate is of what is read now, with what was sealed meanwhile', () => {
  expect(progressOf([sealedLongAgo, sealedNow, encoding], AT + 18_000)).toMatchObject({
    state: 'encoding', numTokens: 6_500, tokensDone: 5_900, documentsRead: 2, documentsTotal: 3, tokensPerSecond: 80, etaSeconds: 7.5,
  });
});

test('no time left is told while a document is not planned, or unknown', () => {
  for (const other of [reading({}), undefined]) expect(progressOf([encoding, other], AT + 20_000)).not.toHaveProperty('etaSeconds');
});

test('the state is that of the whole', () => {
  const stateOf = (...states: Array<ReadingRecord['state']>) => progressOf(states.map((state) => reading({ state })))!.state;
  expect(stateOf('sealed', 'sealed')).toBe('sealed');
  expect(stateOf('sealed', 'failed', 'encoding')).toBe('failed');
  expect(stateOf('sealed', 'encoding', 'planning')).toBe('encoding');
  expect(stateOf('sealed', 'new')).toBe('new');
  expect(progressOf([undefined])).toBeUndefined();
});
