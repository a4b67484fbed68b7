// The last step of a reading: all its chunks are stored. Those who waited for it go on.
import { enqueueAsks, type ReadingRecord } from '@lectern/shared';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import { runOnThread } from './run-on-thread.ts';

/** A manifest and a few entries: small beside any chunk. */
const SEAL_BYTES = 16 * 2 ** 20;

export async function seal(parts: WorkerParts, active: ActiveTask, { id: readingId, tenant }: ReadingRecord): Promise<void> {
  const { costs } = await runOnThread(parts, active, {
    task: { kind: 'seal', tenant, readingId }, what: `sealing ${readingId}`, numBytes: Math.min(SEAL_BYTES, parts.ledger.limitBytes),
  });
  parts.metrics.jobPhase.observe({ phase: 'seal' }, costs.seconds - costs.loadSeconds);
  const jobIds = await parts.stores.readings.sealed(readingId);
  await enqueueAsks(parts.deps, tenant, jobIds); // a crash before this line: the reconciler does it
  parts.log.info({ readingId, jobs: jobIds.length }, 'reading sealed');
}
