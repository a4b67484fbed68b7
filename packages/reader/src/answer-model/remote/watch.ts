// One signal for all that can end a request: a cancel, too long a silence, too long a time.
import type { Control } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import { unavailable } from './errors.ts';

const LOOK_EVERY_MS = 50;

export interface RequestLimits {
  /** Until the answer begins. */
  headersTimeoutMs: number;
  /** Between two signs of life. */
  idleTimeoutMs: number;
  totalTimeoutMs: number;
}

export class Watch {
  readonly #controller = new AbortController();
  readonly #control: Control | undefined;
  readonly #timers: NodeJS.Timeout[] = [];
  #silence: NodeJS.Timeout | undefined;

  constructor(what: string, limits: RequestLimits, control: Control | undefined) {
    this.#control = control;
    this.#timers.push(setTimeout(() => this.#end(unavailable(`${what} took more than ${limits.totalTimeoutMs / 1000} s`)), limits.totalTimeoutMs));
    if (control !== undefined) this.#timers.push(setInterval(() => this.#look(), LOOK_EVERY_MS));
    this.#look();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on at most this long until the next call of this. */
  expectWithin(timeoutMs: number, message: string): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#end(unavailable(`${message} for ${timeoutMs / 1000} s`)), timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#silence);
    for (const timer of this.#timers) clearInterval(timer);
  }

  #look(): void {
    if (this.#control !== undefined && Atomics.load(this.#control, 0) !== 0) this.#end(new ServiceError('JOB_CANCELLED', 'cancelled'));
  }

  #end(error: ServiceError): void {
    this.#controller.abort(error); // the first reason stands
  }
}
