// The workers of a service: one per model, started when somebody wants it.
import { type RunningWorker, type WorkerSettings, startWorker } from './worker-process.ts';

export interface Workers {
  /** Begins to start one; how that goes is told by ready(). */
  start(model: string): void;
  /** Resolves when a worker has this model loaded. After a failure the next call tries again. */
  ready(model: string): Promise<void>;
  stop(): Promise<void>;
}

export function createWorkers(settings: WorkerSettings): Workers {
  const running = new Map<string, Promise<RunningWorker>>();
  const start = (model: string): Promise<RunningWorker> => {
    const worker = running.get(model) ?? startWorker(settings, model);
    running.set(model, worker);
    worker.catch(() => {}); // told by ready()
    return worker;
  };
  return {
    start,
    async ready(model) {
      try {
        await start(model);
      } catch (error) {
        running.delete(model);
        throw error;
      }
    },
    async stop() {
      const started = await Promise.allSettled(running.values());
      await Promise.all(started.map((result) => result.status === 'fulfilled' ? result.value.stop() : undefined));
    },
  };
}
