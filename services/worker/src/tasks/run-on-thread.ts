// One piece of heavy work: its bytes are reserved, then a thread does it, then the bytes are free again, however it ended.
import type { ActiveTask } from '../active-tasks.ts';
import type { WorkerParts } from '../parts.ts';
import type { ThreadCosts, ThreadMessage, ThreadTask, ThreadTaskKind, ThreadValues } from '../threads/protocol.ts';

export interface ThreadWork<K extends ThreadTaskKind> {
  task: Extract<ThreadTask, { kind: K }>;
  /** For messages: 'encoding chunks 8-16 of rd_...'. */
  what: string;
  /** Bytes it may need at once. */
  numBytes: number;
  onMessage?: (message: ThreadMessage) => void;
}

export async function runOnThread<K extends ThreadTaskKind>(
  { ledger, pools }: WorkerParts, active: ActiveTask, { task, what, numBytes, onMessage }: ThreadWork<K>,
): Promise<{ value: ThreadValues[K]; costs: ThreadCosts }> {
  const release = await ledger.reserve(what, numBytes, active.signal);
  try {
    return await pools[active.queue].run<K>(task, { control: active.control, onMessage });
  } finally {
    release();
  }
}
