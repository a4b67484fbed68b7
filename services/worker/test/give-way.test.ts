// A partial answer is stopped when an answer waits, or when its job has read all; other tasks are left alone.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobState } from '@lectern/shared';
import { expect, test } from 'vitest';
import { ActiveTask, ActiveTasks } from '../src/active-tasks.ts';
import { watchGivingWay } from '../src/give-way.ts';

async function run(numWaiting: number, state: JobState | undefined) {
  const active = new ActiveTasks();
  const [partial, answer] = [new ActiveTask('ask', 'partial-1', 'job_1', { givesWay: true }), new ActiveTask('ask', 'ask-2', 'job_2')];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  const work = Promise.all([active.during(partial, () => held), active.during(answer, () => held)]);
  const watch = watchGivingWay({
    active, jobs: { states: async (ids) => ids.map(() => state) }, askQueue: { getWaitingCount: async () => numWaiting }, onError: (error) => { throw error; },
  });
  await sleep(350);
  await watch.stop();
  release();
  await work;
  return [partial.stopReason, answer.stopReason];
}

test('while its job reads and nobody waits, it goes on', async () => {
  expect(await run(0, 'reading')).toEqual([undefined, undefined]);
});

test.each([[1, 'reading'], [0, 'answering'], [0, 'cancelled'], [0, undefined]] as const)('%i waiting, job %s: it stops', async (numWaiting, state) => {
  expect(await run(numWaiting, state)).toEqual(['cancelled', undefined]);
});
