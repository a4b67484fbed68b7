// How often tasks that are for other workers are handed back: less and less for one, and bounded for all.
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { NotForThisWorker, Pace, retryDelayMs } from '../src/tasks/hand-back.ts';
import { NewerReadings } from '../src/tasks/newer-readings.ts';

test('a task of a newer version is offered after 1, 2, 4 s, never later than 5; one for another model every second', () => {
  expect([1, 2, 3, 4, 5, 6, 60, 5_000].map((times) => retryDelayMs(true, times))).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
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

test('a reading found to be newer is refused for a minute, and others are not', () => {
  const newer = new NewerReadings();
  newer.add(['rd_a'], 1_000);
  expect(() => newer.refuse(['rd_b', 'rd_a'], 60_999)).toThrow(NotForThisWorker);
  expect(() => newer.refuse(['rd_b'], 1_001)).not.toThrow();
  expect(() => newer.refuse(['rd_a'], 61_001)).not.toThrow();
});
