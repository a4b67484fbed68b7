// How often tasks that are for other workers are handed back: less and less for one, and bounded for all.
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { Pace, retryDelayMs } from '../src/tasks/hand-back.ts';

test('a task of a newer version is offered after 1, 2, 4, ... s, never later than 15; one for another model every second', () => {
  expect([1, 2, 3, 4, 5, 6, 60, 5_000].map((times) => retryDelayMs(true, times))).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
  expect([1, 2, 60].map((times) => retryDelayMs(false, times))).toEqual([1_000, 1_000, 1_000]);
});

test('the pace lets one through at once and thirty in no less than their time, whoever asks', async () => {
  const pace = new Pace(100);
  const started = performance.now();
  await pace.turn();
  expect(performance.now() - started).toBeLessThan(9);
  await Promise.all(Array.from({ length: 30 }, () => pace.turn()));
  expect(performance.now() - started).toBeGreaterThan(290);
});
