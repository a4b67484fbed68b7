#!/usr/bin/env node
// The API as a process of its own. SIGTERM or SIGINT: drain and exit 0; once more: exit at once.
import { errorToData } from '@lectern/shared';
import { type RunningApi, startApi } from './start.ts';

let api: RunningApi | undefined;
let signals = 0;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (++signals > 1 || !api) process.exit(signals > 1 ? 130 : 0);
    api.close().then(() => process.exit(0), fail);
  });
}

try {
  api = await startApi();
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  // As the log writes it, but at once: who started this process reads why it ended.
  process.stderr.write(`${JSON.stringify({ service: 'api', pid: process.pid, error: errorToData(error), msg: 'the API has ended' })}\n`);
  process.exit(1);
}
