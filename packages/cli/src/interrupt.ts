// Ctrl-C: the first asks for a clean end through an AbortSignal, the second ends at once.
import { EXIT, Interrupted } from './errors.ts';

const KEPT = 'interrupted; what has been read is kept, the same command goes on from there';

export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, message = KEPT): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted(message));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
