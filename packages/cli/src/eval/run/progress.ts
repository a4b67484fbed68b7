// How far a run is, and about how long the rest takes: at the rate of each suite so far, in seconds per question and token of length.
import type { Outcome } from './outcome.ts';

export interface Planned { suite: string; length: number; numQuestions: number }

const MIN_SECONDS_BETWEEN_LINES = 10;

export class RunProgress {
  readonly #planned: readonly Planned[];
  readonly #say: (line: string) => void;
  readonly #left = new Map<string, number>();
  readonly #spent = new Map<string, { seconds: number; tokens: number }>();
  #numDone = 0;
  #lastMs = performance.now();
  #saidMs = -Infinity;

  constructor(planned: readonly Planned[], say: (line: string) => void) {
    this.#planned = planned;
    this.#say = say;
    for (const { suite, length, numQuestions } of planned) this.#left.set(nameOf(suite, length), numQuestions);
  }

  /** Of an earlier part of the run: takes no time now. */
  skip(outcome: Pick<Outcome, 'suite' | 'length'>): void {
    this.#count(outcome);
    this.#lastMs = performance.now();
  }

  done(outcome: Outcome): void {
    const now = performance.now();
    const spent = this.#spent.get(outcome.suite) ?? { seconds: 0, tokens: 0 };
    this.#spent.set(outcome.suite, { seconds: spent.seconds + (now - this.#lastMs) / 1000, tokens: spent.tokens + outcome.length });
    this.#lastMs = now;
    this.#count(outcome);
    const isLast = [...this.#left.values()].every((n) => n <= 0);
    if (!isLast && now - this.#saidMs < 1000 * MIN_SECONDS_BETWEEN_LINES) return;
    this.#saidMs = now;
    const total = this.#planned.reduce((sum, { numQuestions }) => sum + numQuestions, 0);
    this.#say(`${outcome.suite}, ${outcome.task}, ${outcome.length} tokens: ${this.#numDone} of ${total} questions, about ${duration(this.#secondsLeft())} left`);
  }

  #count({ suite, length }: Pick<Outcome, 'suite' | 'length'>): void {
    const name = nameOf(suite, length);
    this.#left.set(name, (this.#left.get(name) ?? 0) - 1);
    this.#numDone++;
  }

  #secondsLeft(): number {
    const all = [...this.#spent.values()].reduce((sum, { seconds, tokens }) => ({ seconds: sum.seconds + seconds, tokens: sum.tokens + tokens }), { seconds: 0, tokens: 0 });
    return this.#planned.reduce((sum, { suite, length }) => {
      const { seconds, tokens } = this.#spent.get(suite) ?? all;
      return sum + Math.max(0, this.#left.get(nameOf(suite, length))!) * length * (seconds / tokens);
    }, 0);
  }
}

const nameOf = (suite: string, length: number): string => `${suite} ${length}`;

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
