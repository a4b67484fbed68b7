// How many units of filler make a document as long as asked for. Counting tokens is slow, so what fitted one sample is tried first for the next.

export interface Fit<T> {
  /** Units are tried in multiples of it. */
  step: number;
  /** The sample with so many units of filler; the same each time for the same number. */
  build: (units: number) => T;
  tokensOf: (built: T) => number;
}

/** For the samples of one task and length. */
export class Sizer {
  readonly #maxTokens: number;
  #units: number | undefined;

  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens;
  }

  /** The longest sample within maxTokens, within a step. */
  fit<T>({ step, build, tokensOf }: Fit<T>): T {
    const measured = (units: number): { built: T; tokens: number } => {
      const built = build(units);
      return { built, tokens: tokensOf(built) };
    };
    this.#units ??= this.#largest(step, measured);
    for (let units = this.#units; units > 0; units -= step) {
      const { built, tokens } = measured(units);
      if (tokens <= this.#maxTokens) return built;
    }
    throw new RangeError(`nothing fits in ${this.#maxTokens} tokens`);
  }

  #largest(step: number, measured: (units: number) => { tokens: number }): number {
    let [low, high] = [0, 1]; // in steps: low fits, high does not
    while (measured(high * step).tokens <= this.#maxTokens) [low, high] = [high, 2 * high];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (measured(middle * step).tokens <= this.#maxTokens) low = middle;
      else high = middle;
    }
    return Math.max(low, 1) * step;
  }
}
