// Repeating work: one at a time, on after failures, none after stop.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { every } from '../src/every.ts';

it('never runs twice at once and ends with the present run', async () => {
  let running = 0;
  let runs = 0;
  const repeating = every(1, async () => {
    expect(++running).toBe(1);
    await sleep(10);
    running--;
    runs++;
  }, (error) => { throw error; });
  await sleep(50);
  await repeating.stop();
  expect(running).toBe(0);
  const before = runs;
  await sleep(30);
  expect(runs).toBe(before);
  expect(before).toBeGreaterThan(1);
});

it('goes on after failures and reports the first of each series', async () => {
  let runs = 0;
  const errors: unknown[] = [];
  const repeating = every(1, async () => {
    runs++;
    if (runs !== 4) throw new Error(`run ${runs}`);
  }, (error) => errors.push(error));
  while (runs < 7) await sleep(2);
  await repeating.stop();
  expect(errors.map((error) => (error as Error).message)).toEqual(['run 1', 'run 5']);
});
