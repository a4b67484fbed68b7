// One operation on the store as a few attempts, each bounded in time. Only what may pass by itself is tried again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceError } from '../../errors.ts';
import { asFailure } from './failure.ts';
import type { S3Settings } from './settings.ts';

/** An attempt that moves its bytes slower than this is given up: even a store that sends byte after byte cannot hold a task for ever. */
const MIN_BYTES_PER_SECOND = 64 * 1024;
/** Damaged bytes are fetched once more: they may have been damaged on the way. */
const DAMAGE_ATTEMPTS = 2;

export class Attempt {
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, numBytes: number) {
    this.#timeoutMs = timeoutMs;
    this.allow(numBytes);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on: the timeout, and the time that so many bytes may take. */
  allow(numBytes: number): void {
    clearTimeout(this.#timer);
    const allowedMs = this.#timeoutMs + (numBytes / MIN_BYTES_PER_SECOND) * 1000;
    this.#timer = setTimeout(() => this.#abort.abort(new Error(`no answer within ${Math.round(allowedMs)} ms`)), allowedMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

export interface Operation {
  /** Begins messages. */
  what: string;
  key?: string;
  /** Bytes that the request carries. */
  numBytes?: number;
}

export async function withAttempts<T>({ timeoutMs, maxAttempts, backoffMs }: S3Settings, { what, key, numBytes = 0 }: Operation, work: (attempt: Attempt) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const attempt = new Attempt(timeoutMs, numBytes);
    try {
      return await work(attempt);
    } catch (error) {
      const cause: unknown = attempt.signal.aborted ? attempt.signal.reason : error;
      const failure = asFailure(cause, `${what} (attempt ${tries} of ${maxAttempts})`, key);
      if (!mayPass(failure, tries, maxAttempts)) throw failure;
    } finally {
      attempt.end();
    }
    await sleep(backoffMs * 4 ** (tries - 1) * (0.5 + Math.random()));
  }
}

function mayPass({ code }: ServiceError, tries: number, maxAttempts: number): boolean {
  if (code === 'BLOB_CORRUPT') return tries < Math.min(DAMAGE_ATTEMPTS, maxAttempts);
  return code === 'BLOB_STORE_UNAVAILABLE' && tries < maxAttempts;
}
