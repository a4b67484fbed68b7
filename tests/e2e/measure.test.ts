// The commands that measure, on lengths that take seconds: their figures must be there and make sense.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHome } from './lectern.ts';

let home: TestHome;
beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home?.remove());

interface Planted {
  numTokens: number;
  outcomes: unknown[];
  recall: Array<{ routes: string[]; at8: { hits: number; n: number } }>;
  answered: { hits: number; n: number };
}

test('eval planted: every route finds most facts in 3,000 tokens, and most questions are answered', async () => {
  const report = await home.json<Planted>(['eval', 'planted', '--tokens', '3000', '--questions', '8']);
  expect(report.numTokens).toBeGreaterThan(2900);
  expect(report.outcomes).toHaveLength(8);
  expect(report.recall.map((r) => r.routes)).toEqual([['attention', 'bm25'], ['attention'], ['bm25']]);
  for (const { at8 } of report.recall) expect(at8.hits).toBeGreaterThanOrEqual(7);
  expect(report.answered.hits).toBeGreaterThanOrEqual(4);
});

interface Length { numTokens: number; tokensPerSecond: number; answerSeconds: number; findSeconds: number; peakAnonymousBytes: number }

test('bench: reading, asking and memory at two lengths', async () => {
  const rows = await home.json<Length[]>(['bench', '--lengths', '1500,3000']);
  expect(rows.map((r) => Math.round(r.numTokens / 1500))).toEqual([1, 2]);
  for (const row of rows) {
    expect(row.tokensPerSecond).toBeGreaterThan(10);
    expect(row.answerSeconds).toBeGreaterThan(row.findSeconds);
    expect(row.peakAnonymousBytes).toBeGreaterThan(100 * 2 ** 20);
  }
});
