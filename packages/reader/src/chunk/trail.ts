// The trail of a place in the document: its title and the headings open there, outermost first.
import type { Heading } from '../contract.ts';

const MAX_PART_CHARS = 120;
const MAX_TRAIL_CHARS = 240;

/** Walks the headings once: places must be asked for in ascending order. */
export class TrailWalker {
  readonly #title: string;
  readonly #headings: readonly Heading[];
  #next = 0;
  #open: Heading[] = [];

  constructor(title: string, headings: readonly Heading[]) {
    this.#title = title;
    this.#headings = headings;
  }

  at(char: number): string[] {
    while (this.#headings[this.#next]?.startChar <= char) this.#pass();
    return this.#parts();
  }

  /** The headings before `char` that were not passed yet, each with the trail from it on. */
  *before(char: number): Generator<{ startChar: number; parts: string[] }> {
    while (this.#headings[this.#next]?.startChar < char) {
      const { startChar } = this.#pass();
      yield { startChar, parts: this.#parts() };
    }
  }

  #pass(): Heading {
    const heading = this.#headings[this.#next++];
    this.#open = this.#open.filter((h) => h.level < heading.level);
    this.#open.push(heading);
    return heading;
  }

  #parts(): string[] {
    return trailParts(this.#title, this.#open.map((h) => h.title));
  }
}

function trailParts(title: string, headings: readonly string[]): string[] {
  const parts = [title, ...headings].map(shorten).filter((part, i, all) => part !== '' && part !== all[i - 1]);
  // Too long: what lies between the outermost and the innermost goes first.
  while (parts.length > 2 && parts.join(' ').length > MAX_TRAIL_CHARS) parts.splice(1, 1);
  return parts;
}

function shorten(part: string): string {
  const points = [...part.replace(/\s+/g, ' ').trim()];
  return points.length <= MAX_PART_CHARS ? points.join('') : `${points.slice(0, MAX_PART_CHARS - 1).join('')}…`;
}

/** As it is encoded and shown to the model. */
export const trailText = (parts: readonly string[]): string => parts.join(' > ');
