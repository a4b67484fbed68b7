// Encodes a few chunks of a reading. Each is stored and counted as soon as it is done: whatever happens then, it is not done again.
import type { EncodeTask } from '@lectern/shared';
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import type { ThreadMessage } from '../threads/protocol.ts';
import { runOnThread } from './run-on-thread.ts';

export async function encode(parts: WorkerParts, active: ActiveTask, { tenant, readingId, from, to, numBytes }: EncodeTask): Promise<void> {
  const { stores, metrics, log } = parts;
  const reports: Array<Promise<void>> = [];
  const onMessage = (message: ThreadMessage) => {
    if (message.type !== 'chunk') return;
    const { index, numTokens, reused, seconds } = message;
    const source = reused ? 'stored' : 'computed';
    metrics.chunks.inc({ source });
    metrics.tokensRead.inc({ source }, numTokens);
    if (!reused) metrics.chunkSeconds.observe(seconds);
    const report = stores.readings.chunkDone(readingId, { index, numTokens, reused }).then(() => parts.progress.report(parts, tenant, readingId));
    report.catch(() => undefined); // awaited below
    reports.push(report);
  };
  try {
    const { value, costs } = await runOnThread(parts, active, {
      task: { kind: 'encode', tenant, readingId, from, to },
      what: `encoding chunks ${from}-${to} of ${readingId}`,
      numBytes,
      onMessage,
    });
    metrics.jobPhase.observe({ phase: 'encode' }, costs.seconds - costs.loadSeconds);
    log.debug({ readingId, from, to, ...value, seconds: costs.seconds, threadId: costs.threadId }, 'encoded');
  } finally {
    await Promise.all(reports);
  }
}
