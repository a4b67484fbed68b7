// The answer as it grows from round to round: what is added stays, so that it can be streamed.
import { normalizeAnswer } from '../calibrate/judge.ts';
import { stemsOf } from '../segment/words.ts';

export class AnswerText {
  #text = '';
  readonly #said = new Set<string>();
  readonly #onDelta: ((text: string) => void) | undefined;

  readonly #isList: boolean;

  /** isList: several answers are expected, which lose their full stops. */
  constructor(onDelta: ((text: string) => void) | undefined, isList: boolean) {
    this.#onDelta = onDelta;
    this.#isList = isList;
  }

  get text(): string {
    return this.#text;
  }

  /** False when it was said before. `about`: the thing that it is about, when there are several. */
  add(answer: string, about?: string): boolean {
    const clean = this.#isList ? answer.trim().replace(/(?<=[^.])\.$/u, '') : answer;
    const key = normalizeAnswer(`${about ?? ''} ${clean}`);
    if (clean.trim() === '' || this.#said.has(key)) return false;
    this.#said.add(key);
    const names = about === undefined || mentions(clean, about) ? clean : `${about}: ${clean}`;
    const piece = this.#text === '' ? names : `; ${names}`;
    this.#text += piece;
    this.#onDelta?.(piece);
    return true;
  }
}

function mentions(text: string, about: string): boolean {
  const said = new Set(stemsOf(text));
  return stemsOf(about).every((stem) => said.has(stem));
}
