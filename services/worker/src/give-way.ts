// A partial answer holds up nobody: it is stopped as soon as an answer waits for the ask thread, or its own job has read all.
import type { JobStore } from '@lectern/shared';
import type { Queue } from 'bullmq';
import type { ActiveTasks } from './active-tasks.ts';
import { every, type Repeating } from './every.ts';

const INTERVAL_MS = 100;

export interface GiveWayParts {
  active: Pick<ActiveTasks, 'givingWay'>;
  jobs: Pick<JobStore, 'states'>;
  /** Partial tasks have a priority, which keeps them out of its wait list. */
  askQueue: Pick<Queue, 'getWaitingCount'>;
  onError: (error: unknown) => void;
}

export function watchGivingWay({ active, jobs, askQueue, onError }: GiveWayParts): Repeating {
  return every(INTERVAL_MS, async () => {
    const tasks = active.givingWay();
    if (tasks.length === 0) return;
    const [numWaiting, states] = await Promise.all([askQueue.getWaitingCount(), jobs.states(tasks.map((task) => task.subject))]);
    for (const [i, task] of tasks.entries()) if (numWaiting > 0 || states[i] !== 'reading') task.stop('cancelled');
  }, onError);
}
