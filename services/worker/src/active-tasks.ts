// The tasks this worker executes now, and how to stop each: by job, by reading, by BullMQ id, or all of them.
import { newControl, stop, stopReason, type StopReason } from './threads/protocol.ts';

export type QueueName = 'read' | 'ask';

export class ActiveTask {
  readonly queue: QueueName;
  /** BullMQ's id of the task. */
  readonly taskId: string;
  /** The reading or the job that it works for: whose cancel request stops it. */
  readonly subject: string;
  /** Stops when somebody waits for an answer. */
  readonly givesWay: boolean;
  readonly control: Int32Array = newControl();
  readonly #abort = new AbortController();

  constructor(queue: QueueName, taskId: string, subject: string, { givesWay = false } = {}) {
    this.queue = queue;
    this.taskId = taskId;
    this.subject = subject;
    this.givesWay = givesWay;
  }

  /** Fires with the first stop: for what waits on the event loop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopReason(): StopReason | undefined {
    return stopReason(this.control);
  }

  stop(reason: StopReason): void {
    stop(this.control, reason);
    this.#abort.abort();
  }
}

export class ActiveTasks {
  readonly #tasks = new Set<ActiveTask>();
  #draining = false;

  get size(): number {
    return this.#tasks.size;
  }

  async during<T>(task: ActiveTask, work: () => Promise<T>): Promise<T> {
    this.#tasks.add(task);
    if (this.#draining) task.stop('handback'); // fetched just before the worker stopped fetching
    try {
      return await work();
    } finally {
      this.#tasks.delete(task);
    }
  }

  /** Subjects of tasks that nobody stopped yet. */
  subjects(queue: QueueName): string[] {
    return [...new Set([...this.#tasks].filter((task) => task.queue === queue && task.stopReason === undefined).map((task) => task.subject))];
  }

  /** Tasks that give way and that nobody stopped yet. */
  givingWay(): ActiveTask[] {
    return [...this.#tasks].filter((task) => task.givesWay && task.stopReason === undefined);
  }

  stopSubjects(queue: QueueName, subjects: readonly string[], reason: StopReason): void {
    for (const task of this.#tasks) if (task.queue === queue && subjects.includes(task.subject)) task.stop(reason);
  }

  stopTasks(queue: QueueName, taskIds: readonly string[], reason: StopReason): void {
    for (const task of this.#tasks) if (task.queue === queue && taskIds.includes(task.taskId)) task.stop(reason);
  }

  /** Tasks of this queue, or all, are handed back; so is whatever comes after. */
  handBack(queue?: QueueName): void {
    this.#draining = true;
    for (const task of this.#tasks) if (queue === undefined || task.queue === queue) task.stop('handback');
  }
}
