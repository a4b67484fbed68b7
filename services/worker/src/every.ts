// Runs something again and again, never twice at once, until stopped. A failed run is reported and the next one comes anyway.

export interface Repeating {
  /** No run starts after this; resolves when the present one has ended. */
  stop(): Promise<void>;
}

export function every(intervalMs: number, run: () => Promise<void>, onError: (error: unknown) => void): Repeating {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let present: Promise<void> = Promise.resolve();
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      present = run().catch(onError).finally(next);
    }, intervalMs);
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await present;
    },
  };
}
