// A job's events as server-sent events. Numbered events come from the records; reading progress is looked up and has no number.
import { once } from 'node:events';
import type { JobEventView } from '@lectern/shared';
import type { Response } from 'express';
import type { ApiDeps } from '../deps.ts';
import { progressOf } from './progress.ts';
import { isTerminal } from './wait.ts';

const PING_MS = 15_000;
const PROGRESS_MS = 1_000;
const RECONNECT_MS = 2_000;

export async function streamEvents(deps: ApiDeps, { tenant, id, after, res, signal }: { tenant: string; id: string; after: number; res: Response; signal: AbortSignal }): Promise<void> {
  const { jobs, readings, metrics } = deps;
  res.locals['isStream'] = true;
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  const out = writer(res, signal);
  metrics.httpSseConnections.inc();
  try {
    await out.write(`retry: ${RECONNECT_MS}\n\n`);
    let seq = after;
    let lastProgress = '';
    while (!signal.aborted) {
      const waitMs = Math.max(1, Math.min(PROGRESS_MS, out.lastWrite + PING_MS - Date.now()));
      const events = await jobs.events(tenant, id, seq, waitMs, signal);
      for (const event of events) {
        await out.write(frame(event, event.seq));
        seq = event.seq;
      }
      const job = await jobs.get(tenant, id);
      if (!job || (isTerminal(job) && seq >= job.seq) || (isTerminal(job) && events.length === 0)) return;
      if (job.state === 'reading') {
        const progress = progressOf(await readings.getMany(job.readingIds));
        const { tokensPerSecond: _rate, etaSeconds: _eta, ...steps } = progress ?? {};
        if (progress && JSON.stringify(steps) !== lastProgress) {
          lastProgress = JSON.stringify(steps);
          await out.write(frame({ type: 'progress', data: progress, at: new Date().toISOString() }));
        }
      }
      if (Date.now() - out.lastWrite >= PING_MS) await out.write(': ping\n\n');
    }
  } finally {
    metrics.httpSseConnections.dec();
    res.end();
  }
}

const frame = (event: JobEventView, id?: number): string => `${id === undefined ? '' : `id: ${id}\n`}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Waits for slow readers, so that what they have not taken does not pile up here. */
function writer(res: Response, signal: AbortSignal) {
  return {
    lastWrite: Date.now(),
    async write(text: string): Promise<void> {
      this.lastWrite = Date.now();
      if (signal.aborted || res.write(text)) return;
      await once(res, 'drain', { signal }).catch(() => undefined); // aborted: the loop ends
    },
  };
}
