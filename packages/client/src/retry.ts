// Trying again what a restart of the service interrupts. Only for requests that change nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@lectern/shared';

export const RETRY_FOR_MS = 30_000;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 3_000;

/** The service is away for a moment; what was asked may well be right. */
export const isAway = (error: unknown): boolean =>
  error instanceof ServiceError && error.status === 503 && error.retryable;

export class Patience {
  #awaySince: number | undefined;
  #delayMs = FIRST_DELAY_MS;

  /** It answered. */
  reset(): void {
    this.#awaySince = undefined;
    this.#delayMs = FIRST_DELAY_MS;
  }

  /** Waits before the next try; throws the error when it is not one that waiting helps, or has lasted too long. */
  async next(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    this.#awaySince ??= Date.now();
    if (!isAway(error) || Date.now() - this.#awaySince > RETRY_FOR_MS) throw error;
    try {
      await sleep(this.#delayMs, undefined, signal ? { signal } : {});
    } catch (interrupted) {
      throw signal?.aborted ? signal.reason : interrupted;
    }
    this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs * 2);
  }
}
