// A process for one run: neither side's memory, threads or compiled code is there while the other is measured. Told and asked over IPC.
import { runLectern } from './lectern-engine.ts';
import { runLlama } from './llama-cpp.ts';
import type { LecternTask, LlamaTask } from './llama-run.ts';

process.once('disconnect', () => process.exit(1)); // who asked is gone
process.once('message', async (task: LecternTask | LlamaTask) => {
  const answer = await (task.kind === 'llama' ? runLlama(task) : runLectern(task)).then(
    (rates) => ({ rates }), (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(answer, () => process.exit(0)); // not earlier: the answer would be lost; exit leaves out both sides' slow clean-up
});
