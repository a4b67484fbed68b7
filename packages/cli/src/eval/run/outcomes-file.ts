// outcomes.jsonl: a line as soon as a question is done, so that a run that is killed loses at most the question it was at.
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { keyOf, type Outcome, outcomeSchema } from './outcome.ts';

export class OutcomesFile {
  readonly path: string;
  readonly outcomes: Outcome[] = [];
  readonly #done = new Set<string>();

  /** Reads what is there. A last line without its end was cut by a kill: it is removed. */
  constructor(folder: string) {
    this.path = join(folder, 'outcomes.jsonl');
    if (!existsSync(this.path)) return;
    const text = readFileSync(this.path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(this.path, Buffer.byteLength(whole));
    for (const [i, line] of whole.split('\n').slice(0, -1).entries()) this.#remember(parse(line, `${this.path}:${i + 1}`));
  }

  has(key: Parameters<typeof keyOf>[0]): boolean {
    return this.#done.has(keyOf(key));
  }

  append(outcome: Outcome): void {
    appendFileSync(this.path, `${JSON.stringify(outcome)}\n`);
    this.#remember(outcome);
  }

  #remember(outcome: Outcome): void {
    this.#done.add(keyOf(outcome));
    this.outcomes.push(outcome);
  }
}

function parse(line: string, where: string): Outcome {
  try {
    return outcomeSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new UsageError(`${where} is no outcome of this version: ${(error as Error).message}`);
  }
}
