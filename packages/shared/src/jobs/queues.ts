// The two BullMQ queues as objects: same names, prefix and defaults wherever they are opened.
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUES } from '../queues.ts';
import { DEFAULT_PREFIX } from '../records/keys.ts';

/** BullMQ's own key prefix; Worker, FlowProducer and QueueEvents need the same one. */
export const bullPrefix = (prefix: string = DEFAULT_PREFIX): string => `${prefix}bull`;

export interface JobQueues {
  readQueue: Queue;
  askQueue: Queue;
  /** Closes the queues, not the connection. */
  close(): Promise<void>;
}

export function openQueues(redis: Redis, options: { prefix?: string; onError?: (error: Error) => void } = {}): JobQueues {
  const open = (name: string): Queue => {
    const queue = new Queue(name, {
      connection: redis,
      prefix: bullPrefix(options.prefix),
      streams: { events: { maxLen: 1_000 } },
      defaultJobOptions: {
        attempts: 3,
        backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
        removeOnComplete: { age: 3_600, count: 1_000 }, // records tell the outcome; these only stop an id from being added twice
        removeOnFail: { age: 24 * 3_600, count: 1_000 },
      },
    });
    queue.on('error', (error) => options.onError?.(error)); // calls report their own failures; this is for the log
    return queue;
  };
  const [readQueue, askQueue] = [open(QUEUES.read), open(QUEUES.ask)];
  return {
    readQueue,
    askQueue,
    async close() {
      await Promise.all([readQueue.close(), askQueue.close()]);
    },
  };
}
