// A piscina pool of compute threads. Threads stay warm; a running task is stopped through its control, never by killing the thread.
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { errorFromData, ServiceError } from '@lectern/shared';
import { Piscina } from 'piscina';
import type { ThreadCosts, ThreadMessage, ThreadReply, ThreadRequest, ThreadSettings, ThreadTask, ThreadTaskKind, ThreadValues } from './protocol.ts';

export type PoolName = 'read' | 'ask';

export interface PoolOptions {
  name: PoolName;
  numThreads: number;
  /** V8 heap of one thread, MiB: bounds what an extractor may build up. Typed arrays and native memory do not count. */
  heapMb?: number | undefined;
  settings: ThreadSettings;
  /** A thread ended by itself; piscina has started another. */
  onCrash: (reason: 'oom' | 'crash') => void;
  /** Every task that a thread finished, well or not. */
  onCosts: (kind: ThreadTaskKind, costs: ThreadCosts) => void;
}

export interface RunOptions {
  control: Int32Array;
  onMessage?: ((message: ThreadMessage) => void) | undefined;
}

// Threads run JavaScript: also when this file itself is run as TypeScript, by a test.
const THREAD_FILE = fileURLToPath(new URL('../../dist/threads/thread.js', import.meta.url));

/** V8 lets the young generation of each thread grow to 48 MB, garbage for the most part; a quarter costs no speed here. */
const YOUNG_HEAP_MB = 12;

export class ComputePool {
  readonly name: PoolName;
  readonly numThreads: number;
  readonly #options: PoolOptions;
  readonly #piscina: Piscina<ThreadRequest, ThreadReply<ThreadValues[ThreadTaskKind]>>;
  #numBusy = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.name = options.name;
    this.numThreads = options.numThreads;
    this.#piscina = new Piscina({
      filename: THREAD_FILE,
      minThreads: options.numThreads, maxThreads: options.numThreads, idleTimeout: Infinity,
      atomics: 'disabled', // a thread's event loop must run: blob store and ports need it
      workerData: options.settings,
      recordTiming: false,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB, ...(options.heapMb === undefined ? {} : { maxOldGenerationSizeMb: options.heapMb }) },
    });
    // Errors of idle threads; those of a running task reject that task.
    this.#piscina.on('error', () => this.#options.onCrash('crash'));
  }

  get numBusy(): number {
    return Math.min(this.#numBusy, this.numThreads);
  }

  get queueSize(): number {
    return this.#piscina.queueSize;
  }

  /** Resolves after every message of the task was delivered. Rejects with a ServiceError. */
  async run<K extends ThreadTaskKind>(task: Extract<ThreadTask, { kind: K }>, { control, onMessage }: RunOptions): Promise<{ value: ThreadValues[K]; costs: ThreadCosts }> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: ThreadMessage) => onMessage?.(message));
    const drained = once(port1, 'close');
    this.#numBusy++;
    let reply: ThreadReply<ThreadValues[K]>;
    try {
      reply = await this.#piscina.run(
        { task, control: control.buffer as SharedArrayBuffer, port: port2 }, { transferList: [port2] },
      ) as ThreadReply<ThreadValues[K]>;
      await drained;
    } catch (error) {
      port1.close();
      throw this.#crashed(task.kind, error);
    } finally {
      this.#numBusy--;
    }
    this.#options.onCosts(task.kind, reply.costs);
    if (!reply.ok) throw errorFromData(reply.error);
    return { value: reply.value, costs: reply.costs };
  }

  /** Every thread loads its model now instead of with its first task. */
  async warmUp(control: Int32Array): Promise<void> {
    await Promise.all(Array.from({ length: this.numThreads }, () => this.run({ kind: 'describe' }, { control })));
  }

  /** Waits for running tasks up to the deadline, then ends the threads. */
  async close(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#numBusy > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.#piscina.destroy();
  }

  #crashed(kind: ThreadTaskKind, error: unknown): ServiceError {
    const outOfMemory = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#options.onCrash(outOfMemory ? 'oom' : 'crash');
    if (outOfMemory) {
      const heap = this.#options.heapMb === undefined ? 'its heap' : `a heap of ${this.#options.heapMb} MiB`;
      return new ServiceError('DOES_NOT_FIT', `${kind} needs more memory than ${heap} holds`, {
        cause: error, details: { heapMb: this.#options.heapMb ?? null },
      });
    }
    return new ServiceError('INTERNAL', `the compute thread ended during ${kind}: ${(error as Error).message}`, { cause: error });
  }
}
