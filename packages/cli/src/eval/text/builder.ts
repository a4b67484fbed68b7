// A document put together from parts, some of which a question's answer stands in.
import type { GoldRange } from '../contract.ts';
import { codePointsOf } from './code-points.ts';
import { passageAround } from './passage-around.ts';

/** UTF-16 units of the finished text. */
export interface UnitRange { start: number; end: number }

export class DocumentBuilder {
  readonly #parts: string[] = [];
  #numUnits = 0;

  /** Where the part stands. */
  add(part: string): UnitRange {
    const start = this.#numUnits;
    this.#parts.push(part);
    this.#numUnits += part.length;
    return { start, end: this.#numUnits };
  }

  build(): BuiltText {
    return new BuiltText(this.#parts.join(''));
  }
}

export class BuiltText {
  readonly text: string;
  readonly #codePoints: (unit: number) => number;

  constructor(text: string) {
    this.text = text;
    this.#codePoints = codePointsOf(text);
  }

  get bytes(): Buffer {
    return Buffer.from(this.text);
  }

  gold(ranges: readonly UnitRange[]): GoldRange[] {
    return ranges.map(({ start, end }) => ({ start: this.#codePoints(start), end: this.#codePoints(end) }));
  }

  /** The ranges with the sentences around each. */
  passage(ranges: readonly UnitRange[]): string {
    return ranges.map((range) => passageAround(this.text, range)).join('\n');
  }
}
