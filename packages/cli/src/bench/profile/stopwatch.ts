// Time of phases that lie within each other: each gets its own time only, not that of the phases inside it.
// For one task at a time: what runs at once with something else must stay outside.

export class Stopwatch {
  readonly #seconds = new Map<string, number>();
  readonly #open: string[] = [];
  readonly #now: () => number;
  #since = 0;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds of each phase, in the order in which they were first left. */
  get seconds(): ReadonlyMap<string, number> {
    return this.#seconds;
  }

  run<T>(phase: string, work: () => T): T {
    this.#enter(phase);
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#leave();
      return result;
    }
    return result.finally(() => this.#leave()) as T;
  }

  /** What the innermost open phase does from here on has another name. */
  rename(phase: string): void {
    this.#count();
    this.#open[this.#open.length - 1] = phase;
  }

  #enter(phase: string): void {
    this.#count();
    this.#open.push(phase);
  }

  #leave(): void {
    this.#count();
    this.#open.pop();
  }

  #count(): void {
    const now = this.#now();
    const phase = this.#open.at(-1);
    if (phase !== undefined) this.#seconds.set(phase, (this.#seconds.get(phase) ?? 0) + (now - this.#since) / 1000);
    this.#since = now;
  }
}
