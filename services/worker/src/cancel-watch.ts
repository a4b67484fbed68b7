// Looks four times a second whether someone asked to cancel what this worker executes: one round trip for all of it.
import type { JobStore, ReadingStore } from '@lectern/shared';
import type { ActiveTasks } from './active-tasks.ts';
import { every, type Repeating } from './every.ts';

const INTERVAL_MS = 250;

export interface CancelWatchParts {
  active: ActiveTasks;
  jobs: Pick<JobStore, 'cancelRequested'>;
  readings: Pick<ReadingStore, 'cancelRequested'>;
  onError: (error: unknown) => void;
}

export function watchCancels({ active, jobs, readings, onError }: CancelWatchParts): Repeating {
  return every(INTERVAL_MS, async () => {
    const jobIds = active.subjects('ask');
    const readingIds = active.subjects('read');
    const [ask, read] = await Promise.all([
      jobIds.length === 0 ? [] : jobs.cancelRequested(jobIds),
      readingIds.length === 0 ? [] : readings.cancelRequested(readingIds),
    ]);
    active.stopSubjects('ask', ask, 'cancelled');
    active.stopSubjects('read', read, 'cancelled');
  }, onError);
}
