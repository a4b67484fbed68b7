// Ends the tasks under way: reading is handed back at once (what is stored stays stored), answers may finish first.
import type { BullWorkers } from './bull-workers.ts';
import type { WorkerParts } from './parts.ts';

export async function drain({ active, config, log }: WorkerParts, workers: BullWorkers): Promise<void> {
  const deadlineMs = config.SHUTDOWN_TIMEOUT_MS;
  log.info({ tasks: active.size, deadlineMs }, 'draining');
  await workers.pause();
  active.handBack('read');
  const handBackAnswers = setTimeout(() => active.handBack(), deadlineMs / 2);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => resolve('late'), deadlineMs); });
  const outcome = await Promise.race([workers.close(false), late]);
  clearTimeout(handBackAnswers);
  clearTimeout(timer);
  if (outcome !== 'late') return;
  log.warn({ tasks: active.size }, 'the deadline has passed: what still runs is left to others');
  await workers.close(true);
}
