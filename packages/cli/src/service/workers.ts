// The workers of a service: one per index model and reader, started when somebody wants it.
import { isDeepStrictEqual } from 'node:util';
import { type RunningWorker, type WorkerSettings, startWorker } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';

export interface Workers {
  /** Begins to start one; how that goes is told by ready(). */
  start(spec: WorkerSpec): void;
  /** Resolves when a worker has these models loaded. After a failure the next call tries again. */
  ready(spec: WorkerSpec): Promise<void>;
  stop(): Promise<void>;
}

interface Kept { spec: WorkerSpec; worker: Promise<RunningWorker> }

export function createWorkers(settings: WorkerSettings): Workers {
  const running = new Set<Kept>();
  const begin = (spec: WorkerSpec): Kept => {
    const kept = { spec, worker: startWorker(settings, spec) };
    running.add(kept);
    kept.worker.catch(() => {}); // told by ready()
    return kept;
  };
  /** The same reader with another key (a corrected one, mostly) takes the place of the worker that has the old one. */
  const start = (spec: WorkerSpec): Kept => {
    const same = [...running].find((kept) => serves(kept.spec, spec));
    if (same === undefined) return begin(spec);
    if (spec.reader === undefined || isDeepStrictEqual(same.spec.reader, spec.reader)) return same;
    running.delete(same);
    const next = { spec: { ...spec, onRequest: same.spec.onRequest === true }, worker: replace(settings, same, spec) };
    running.add(next);
    next.worker.catch(() => {}); // told by ready()
    return next;
  };
  return {
    start,
    async ready(spec) {
      const kept = start(spec);
      try {
        await kept.worker;
      } catch (error) {
        running.delete(kept);
        throw error;
      }
    },
    async stop() {
      const started = await Promise.allSettled([...running].map(({ worker }) => worker));
      await Promise.all(started.map((result) => result.status === 'fulfilled' ? result.value.stop() : undefined));
    },
  };
}

/** Every worker can let its index model answer. */
const serves = (has: WorkerSpec, wanted: WorkerSpec): boolean =>
  has.model === wanted.model && (wanted.reader === undefined || has.reader?.id === wanted.reader.id);

async function replace(settings: WorkerSettings, old: Kept, spec: WorkerSpec): Promise<RunningWorker> {
  await old.worker.then((worker) => worker.stop(), () => {});
  return startWorker(settings, { ...spec, onRequest: old.spec.onRequest === true });
}
