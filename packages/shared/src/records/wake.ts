// Waiting for something to happen to a job: pub/sub wakes, the waiter looks for itself. A lost message costs at most RECHECK_MS.
import type { Redis } from 'ioredis';

const RECHECK_MS = 2_000;

export interface Listener {
  /** Resolves when something may have happened, after at most `ms`, or when the signal aborts. */
  next(ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** One subscriber connection for all who wait in this process, made when the first one waits. */
export class WakeHub {
  readonly #redis: Redis;
  readonly #listeners = new Map<string, Set<() => void>>();
  #subscriber: Redis | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  listen(channel: string): Listener {
    let pending = false; // a wake that came while nobody stood in next()
    let resolveNext: (() => void) | undefined;
    const onWake = (): void => {
      if (resolveNext) resolveNext();
      else pending = true;
    };
    const others = this.#listeners.get(channel);
    if (others) others.add(onWake);
    else {
      this.#listeners.set(channel, new Set([onWake]));
      // Subscribed: what happened before may have been missed, so look once more. Not subscribed: the recheck does it.
      this.#connect().subscribe(channel).then(() => this.#wake(channel), () => undefined);
    }
    return {
      next: (ms, signal) => new Promise((resolve) => {
        if (pending || signal?.aborted || ms <= 0) {
          pending = false;
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolveNext = undefined;
          resolve();
        };
        const timer = setTimeout(done, Math.min(ms, RECHECK_MS));
        signal?.addEventListener('abort', done);
        resolveNext = done;
      }),
      close: () => {
        const rest = this.#listeners.get(channel);
        rest?.delete(onWake);
        if (rest?.size !== 0) return;
        this.#listeners.delete(channel);
        this.#subscriber?.unsubscribe(channel).catch(() => undefined); // the connection is gone, and with it the subscription
      },
    };
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#subscriber = undefined;
  }

  #wake(channel: string): void {
    for (const wake of this.#listeners.get(channel) ?? []) wake();
  }

  #connect(): Redis {
    if (this.#subscriber) return this.#subscriber;
    const subscriber = this.#redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null, lazyConnect: false });
    delete subscriber.options.commandTimeout;
    subscriber.on('error', () => undefined); // it reconnects and subscribes again; the command connection reports the loss
    subscriber.on('message', (channel: string) => this.#wake(channel));
    this.#subscriber = subscriber;
    return subscriber;
  }
}
