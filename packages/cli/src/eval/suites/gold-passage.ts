// The passage around an answer, for the reader's ceiling, and offsets in code points as gold ranges count them.

const MARGIN_UNITS = 400;

/** The text from `start` to `end` (UTF-16) with up to 400 characters on either side, cut at white space. */
export function passageAround(text: string, start: number, end: number): string {
  const from = Math.max(0, start - MARGIN_UNITS);
  const to = Math.min(text.length, end + MARGIN_UNITS);
  const head = from === 0 ? 0 : text.slice(from, start).search(/\s/u);
  const tail = to === text.length ? -1 : text.slice(end, to).search(/\s\S*$/u);
  return text.slice(head < 0 ? start : from + head, tail < 0 ? to : end + tail).trim();
}

/** UTF-16 offsets of code point offsets, and the other way: ask in ascending order. */
export class OffsetWalker {
  readonly #text: string;
  #units = 0;
  #points = 0;

  constructor(text: string) {
    this.#text = text;
  }

  unitsAt(points: number): number {
    while (this.#points < points && this.#units < this.#text.length) this.#step();
    return this.#units;
  }

  pointsAt(units: number): number {
    while (this.#units < units) this.#step();
    return this.#points;
  }

  #step(): void {
    this.#units += (this.#text.codePointAt(this.#units) as number) > 0xffff ? 2 : 1;
    this.#points++;
  }
}
