// Runs something again and again, never twice at once, until stopped. A failed run is followed by the next one all the same.

export interface Repeating {
  /** No run starts after this; resolves when the present one has ended. */
  stop(): Promise<void>;
}

/** Of failures in a row only the first is reported. */
export function every(intervalMs: number, run: () => Promise<void>, onError: (error: unknown) => void): Repeating {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let present: Promise<void> = Promise.resolve();
  const once = async () => {
    try {
      await run();
      failing = false;
    } catch (error) {
      if (!failing) onError(error);
      failing = true;
    }
  };
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      present = once().finally(next);
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
