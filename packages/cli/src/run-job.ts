// One job from the request to its result: shows the reading's progress and what it says meanwhile, and cancels it when interrupted.
import type { LecternClient, NewJob } from '@lectern/client';
import type { JobResult, JobView, PartialResult } from '@lectern/shared';
import { COMMAND_METADATA } from './command-metadata.ts';
import { type Progress, createProgress } from './output/progress.ts';

const LOOK_EVERY_S = 1;
const CANCEL_TIMEOUT_MS = 15_000;
const integer = new Intl.NumberFormat('en-US');

export interface RunJobOptions {
  quiet: boolean;
  signal: AbortSignal;
  /** Each answer from what is read so far; asked for only when it is given. */
  onPartial?: ((partial: PartialResult) => void) | undefined;
}

export async function runJob(client: LecternClient, request: NewJob, { quiet, signal, onPartial }: RunJobOptions): Promise<JobResult> {
  signal.throwIfAborted();
  const created = await client.jobs.create({ ...request, ...(onPartial ? { partial: true } : {}), metadata: COMMAND_METADATA }, { signal });
  const progress = createProgress({ label: 'reading', unit: ' tokens', format: (n) => integer.format(n), quiet });
  let tokensToldOf = 0;
  const onChange = (view: JobView): void => {
    if (view.partial && view.partial.coverage.tokensRead > tokensToldOf) {
      tokensToldOf = view.partial.coverage.tokensRead;
      progress.stop(); // it goes on below
      onPartial?.(view.partial);
    }
    showReading(view, progress);
  };
  try {
    await client.jobs.wait(created.id, { signal, everySeconds: LOOK_EVERY_S, onChange });
  } catch (error) {
    progress.stop();
    if (signal.aborted) await cancel(client, created.id);
    throw error;
  } finally {
    progress.stop();
  }
  return client.jobs.result(created.id, { signal }); // throws the job's own error when it failed
}

function showReading({ state, progress: reading }: JobView, progress: Progress): void {
  if (state !== 'reading' || !reading || reading.numTokens === 0) return;
  const { tokensDone, numTokens, tokensPerSecond, etaSeconds } = reading;
  progress.update(tokensDone, numTokens, { rate: tokensPerSecond, etaSeconds });
}

/** Waits, within limits, until no worker works on it any more: then what was read is stored. */
async function cancel(client: LecternClient, jobId: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
  try {
    await client.jobs.cancel(jobId, { signal });
    await client.jobs.wait(jobId, { everySeconds: LOOK_EVERY_S, signal });
  } catch (error) {
    if (!signal.aborted) throw error; // else it stops when the service does
  }
}
