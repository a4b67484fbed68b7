#!/usr/bin/env node
// A worker as a process of its own. SIGTERM or SIGINT: hand back and exit 0; the same once more: exit at once.
// (One of each is no hurry: a terminal sends SIGINT to all, and who started this process may add SIGTERM.)
import { errorToData } from '@lectern/shared';
import { quietTensorflow } from '@lectern/sparse-attn/tfjs';
import { workerConfig } from './config.ts';
import { startWorker, type RunningWorker } from './start.ts';

quietTensorflow();
let worker: RunningWorker | undefined;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  let signals = 0;
  process.on(signal, () => {
    if (++signals > 1 || !worker) process.exit(signals > 1 ? 130 : 0);
    worker.close().then(() => process.exit(0), fail);
  });
}

try {
  worker = await startWorker(workerConfig());
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  // As the log writes it, but at once: who started this process reads why it ended.
  process.stderr.write(`${JSON.stringify({ service: 'worker', pid: process.pid, error: errorToData(error), msg: 'the worker has ended' })}\n`);
  process.exit(1);
}
