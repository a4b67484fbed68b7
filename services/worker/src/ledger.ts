// Bytes are admitted, not hoped for: a task states what it needs before it starts and waits until that much is free.
// The ledger counts promises; it measures nothing.
import { strict as assert } from 'node:assert';
import { ServiceError } from '@lectern/shared';

/** Gives the bytes back; a second call does nothing. */
export type Release = () => void;

interface Waiting {
  numBytes: number;
  admit: (release: Release) => void;
}

export class Ledger {
  readonly limitBytes: number;
  #reservedBytes = 0;
  readonly #queue: Waiting[] = []; // first come, first served: a large task is not overtaken for ever

  constructor(limitBytes: number) {
    assert(Number.isSafeInteger(limitBytes) && limitBytes >= 0, `limit of ${limitBytes} bytes`);
    this.limitBytes = limitBytes;
  }

  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  get numWaiting(): number {
    return this.#queue.length;
  }

  /**
   * Resolves when numBytes are reserved. DOES_NOT_FIT at once when they exceed the whole limit;
   * JOB_CANCELLED when the signal fires while waiting.
   */
  async reserve(what: string, numBytes: number, signal?: AbortSignal): Promise<Release> {
    assert(Number.isSafeInteger(numBytes) && numBytes >= 0, `${what} asks for ${numBytes} bytes`);
    if (numBytes > this.limitBytes) {
      throw new ServiceError('DOES_NOT_FIT', `${what} needs ${numBytes} bytes, this worker may use ${this.limitBytes}`, {
        details: { neededBytes: numBytes, limitBytes: this.limitBytes },
      });
    }
    const cancelled = () => new ServiceError('JOB_CANCELLED', `${what} was cancelled while it waited for ${numBytes} bytes`);
    if (signal?.aborted) throw cancelled();
    if (this.#queue.length === 0 && this.#fits(numBytes)) return this.#take(numBytes);
    return new Promise<Release>((resolve, reject) => {
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(cancelled());
        this.#admitNext(); // who stood behind may fit
      };
      const waiting: Waiting = {
        numBytes,
        admit: (release) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(release);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
    });
  }

  #fits(numBytes: number): boolean {
    return this.#reservedBytes + numBytes <= this.limitBytes;
  }

  #take(numBytes: number): Release {
    this.#reservedBytes += numBytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#reservedBytes -= numBytes;
      this.#admitNext();
    };
  }

  #admitNext(): void {
    for (let next = this.#queue[0]; next && this.#fits(next.numBytes); next = this.#queue[0]) {
      this.#queue.shift();
      next.admit(this.#take(next.numBytes));
    }
  }
}
