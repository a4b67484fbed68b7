// The commands that measure, on lengths that take seconds: their figures must be there and make sense.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHome } from './lectern.ts';

let home: TestHome;
beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home?.remove());

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

test('bench profile and bench tokenizer: the machine first, the figures as JSON last', async () => {
  const profile = await lastLine<{ numTokens: number; phases: Array<{ phase: string; seconds: number; share: number }> }>(['bench', 'profile', '--tokens', '1000', '--repeats', '1']);
  expect(Math.abs(profile.numTokens - 1000)).toBeLessThan(20); // a reading tokenizes paragraph by paragraph
  expect(profile.phases.find(({ phase }) => phase === 'forward')!.share).toBeGreaterThan(0.3);
  const tokenizer = await lastLine<{ megabytesPerSecond: number; n: number }>(['bench', 'tokenizer', '--repeats', '2']);
  expect(tokenizer.n).toBe(2);
  expect(tokenizer.megabytesPerSecond).toBeGreaterThan(0.05);
});

async function lastLine<T>(args: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await home.run([...args, '--json']);
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^\d+ x .+, Node \d+.+, engine .+, commit /);
  return JSON.parse(lines.at(-1)!) as T;
}

test('bench kernels: every kernel against its ceiling; an 8-bit product is quicker than the same in f32', async () => {
  const figures = await lastLine<Array<Record<string, string | number>>>(['bench', 'kernels']);
  expect(Number(figures.find(({ kernel }) => kernel === 'ceilings')!['threads'])).toBeGreaterThan(0);
  const rate = (precision: string) => Number(figures.find((f) => f['kernel'] === 'product' && f['precision'] === precision && f['rows'] === 512)!['gops']);
  expect(rate('int8')).toBeGreaterThan(rate('f32'));
  const heads = figures.filter((f) => f['kernel'] === 'attention' && f['precision'] === 'int8' && f['tokens'] === 1);
  expect(heads.map((f) => f['group'])).toEqual([1, 3, 4]);
  // Loaded once for the group: three heads that share keys load a third each.
  expect(Number(heads[0]!['bytesPerQueryHead']) / Number(heads[1]!['bytesPerQueryHead'])).toBeCloseTo(3, 3);
});

test('bench softmax: leaving blocks out costs what the threshold says, or less', async () => {
  const figures = await lastLine<Array<{ softmax: string; blocks: number; relativeError?: number }>>(['bench', 'softmax']);
  expect(figures[0]).toMatchObject({ softmax: 'online', blocks: 64 });
  const errors = figures.filter(({ relativeError }) => relativeError !== undefined).map(({ relativeError }) => relativeError!);
  expect(errors).toEqual([...errors].sort((a, b) => a - b));
  expect(errors[0]).toBeLessThan(1e-3);
});

test('bench precision: 8 bits change few next tokens', async () => {
  const figures = await lastLine<{ numTokens: number; agreement: number; f32Perplexity: number; int8Perplexity: number }>(['bench', 'precision', '--tokens', '1000']);
  expect(figures.numTokens).toBeGreaterThanOrEqual(1000);
  expect(figures.agreement).toBeGreaterThan(0.9); // n is small here: the bound is tested on more in packages/model/test/int8.test.ts
  expect(Math.abs(figures.int8Perplexity / figures.f32Perplexity - 1)).toBeLessThan(0.05);
});
