// How far a run is, and about how long the rest takes: so many documents still to be read, at the rate of reading so far, and so many
// questions, at the rate of each suite so far.
import type { Outcome } from './outcome.ts';

export interface Planned { suite: string; length: number; numQuestions: number }

/** A document that was read. */
export interface ReadDocument { suite: string; numTokens: number; seconds: number; numQuestions: number; numPending: number }

interface Spent { seconds: number; count: number }
interface Rates { question: Spent; documents: number; questionsOfDocuments: number }

const MIN_SECONDS_BETWEEN_LINES = 10;

export class RunProgress {
  readonly #planned: readonly Planned[];
  readonly #say: (line: string) => void;
  readonly #left = new Map<string, number>();
  readonly #rates = new Map<string, Rates>();
  readonly #tokens: Spent = { seconds: 0, count: 0 };
  /** Questions left of the document that is open: nothing more is read for them. */
  #pending = 0;
  #numDone = 0;
  #lastMs = performance.now();
  #saidMs = -Infinity;

  constructor(planned: readonly Planned[], say: (line: string) => void) {
    this.#planned = planned;
    this.#say = say;
    for (const { suite, length, numQuestions } of planned) this.#left.set(nameOf(suite, length), numQuestions);
  }

  /** Done in an earlier part of the run. */
  skip(outcome: Pick<Outcome, 'suite' | 'length'>): void {
    this.#count(outcome);
  }

  read({ suite, numTokens, seconds, numQuestions, numPending }: ReadDocument): void {
    this.#tokens.seconds += seconds;
    this.#tokens.count += numTokens;
    const rates = this.#ratesOf(suite);
    rates.documents++;
    rates.questionsOfDocuments += numQuestions;
    this.#pending = numPending;
    this.#lastMs = performance.now();
  }

  done(outcome: Outcome): void {
    const now = performance.now();
    const { question } = this.#ratesOf(outcome.suite);
    question.seconds += (now - this.#lastMs) / 1000;
    question.count++;
    this.#pending--;
    this.#lastMs = now;
    this.#count(outcome);
    const isLast = [...this.#left.values()].every((n) => n <= 0);
    if (!isLast && now - this.#saidMs < 1000 * MIN_SECONDS_BETWEEN_LINES) return;
    this.#saidMs = now;
    const total = this.#planned.reduce((sum, { numQuestions }) => sum + numQuestions, 0);
    this.#say(`${outcome.suite}, ${outcome.task}, ${outcome.length} tokens: ${this.#numDone} of ${total} questions, about ${duration(this.#secondsLeft(outcome))} left`);
  }

  #count({ suite, length }: Pick<Outcome, 'suite' | 'length'>): void {
    const name = nameOf(suite, length);
    this.#left.set(name, (this.#left.get(name) ?? 0) - 1);
    this.#numDone++;
  }

  #ratesOf(suite: string): Rates {
    const rates = this.#rates.get(suite) ?? { question: { seconds: 0, count: 0 }, documents: 0, questionsOfDocuments: 0 };
    this.#rates.set(suite, rates);
    return rates;
  }

  /** A suite that has not begun is taken to be like `current`. */
  #secondsLeft(current: Pick<Outcome, 'suite' | 'length'>): number {
    const secondsPerToken = this.#tokens.count === 0 ? 0 : this.#tokens.seconds / this.#tokens.count;
    return this.#planned.reduce((sum, { suite, length }) => {
      const { question, documents, questionsOfDocuments } = this.#rates.get(suite) ?? this.#ratesOf(current.suite);
      const left = Math.max(0, this.#left.get(nameOf(suite, length))!);
      const unread = Math.max(0, left - (suite === current.suite && length === current.length ? this.#pending : 0));
      return sum + left * (question.seconds / question.count) + unread * (documents / questionsOfDocuments) * length * secondsPerToken;
    }, 0);
  }
}

const nameOf = (suite: string, length: number): string => `${suite} ${length}`;

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
