// Waiting for a job's end, within a limit and while somebody listens.
import { type JobRecord, type JobStore, TERMINAL_JOB_STATES } from '@lectern/shared';

export const MAX_WAIT_S = 60;

export const isTerminal = (job: Pick<JobRecord, 'state'>): boolean => TERMINAL_JOB_STATES.includes(job.state);

/** The job as it is at its end, or when the time is over or the signal aborts. Undefined when it is unknown. */
export async function waitForEnd(jobs: JobStore, tenant: string, id: string, waitMs: number, signal: AbortSignal): Promise<JobRecord | undefined> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const job = await jobs.get(tenant, id);
    const leftMs = deadline - Date.now();
    if (!job || isTerminal(job) || leftMs <= 0 || signal.aborted) return job;
    await jobs.events(tenant, id, job.seq, leftMs, signal);
  }
}

/** RFC 7240 `Prefer: wait=10`, in seconds; undefined when it is not asked for. More than the maximum counts as the maximum. */
export function preferredWait(header: string | undefined): number | undefined {
  for (const preference of (header ?? '').split(/[,;]/)) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_S);
  }
  return undefined;
}
