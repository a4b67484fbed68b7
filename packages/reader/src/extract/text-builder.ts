// Collects a document's text from a parser's events: white space collapsed, blocks on lines of their own, code points counted as it goes.
import { codePointLength } from '../characters.ts';
import type { Heading } from '../contract.ts';
import { checkLimit } from './limits.ts';

/** Parts that wait before they are joined: one long string takes a small part of the memory of its words. */
const MAX_PARTS = 4_096;

export class TextBuilder {
  preformatted = 0;
  readonly headings: Heading[] = [];
  readonly #maxChars: number;
  readonly #joined: string[] = [];
  #parts: string[] = [];
  #numChars = 0;
  #pendingBreaks = 0;
  #pendingSpace = false;
  #afterBullet = false;
  #cellsInRow = 0;
  #headingText: string[] | undefined;

  /** Text beyond maxChars code points is refused as it comes. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  text(data: string): void {
    if (this.preformatted > 0) {
      this.raw(data);
      return;
    }
    // No-break spaces are characters of the text; the others are only layout.
    for (const part of data.split(/([ \t\n\f\r]+)/)) {
      if (part === '') continue;
      if (/^[ \t\n\f\r]/.test(part)) this.#pendingSpace = true;
      else this.raw(part);
    }
  }

  raw(data: string): void {
    if (data === '') return;
    if (this.#pendingBreaks > 0 && this.#numChars > 0) this.#append('\n'.repeat(this.#pendingBreaks));
    else if (this.#pendingSpace && this.#numChars > 0 && !this.#afterBullet) this.#append(' ');
    this.#afterBullet = false;
    if (this.#pendingSpace) this.#headingText?.push(' ');
    this.#pendingBreaks = 0;
    this.#pendingSpace = false;
    this.#append(data);
    this.#headingText?.push(data);
  }

  /** The mark of a list's item; the item's text stands on its line, also in a paragraph of its own. */
  bullet(): void {
    this.raw('- ');
    this.#afterBullet = true;
  }

  endItem(): void {
    this.#afterBullet = false;
  }

  lineBreak(count: 1 | 2): void {
    if (this.#afterBullet) return;
    this.#pendingBreaks = Math.max(this.#pendingBreaks, count);
    this.#pendingSpace = false;
    this.#cellsInRow = 0;
    this.#headingText?.push(' ');
  }

  cell(): void {
    if (this.#cellsInRow++ === 0) return;
    this.#pendingSpace = true;
    this.raw('|');
    this.#pendingSpace = true;
  }

  /** Code point at which the next character that starts a line will stand. */
  get nextChar(): number {
    return this.#numChars === 0 ? 0 : this.#numChars + this.#pendingBreaks;
  }

  markHeading(): number {
    this.#headingText = [];
    return this.nextChar;
  }

  /** The text since markHeading. */
  takeHeadingText(): string {
    const title = (this.#headingText ?? []).join('').replace(/\s+/g, ' ').trim();
    this.#headingText = undefined;
    return title;
  }

  closeHeading(level: number, from: number): void {
    const title = this.takeHeadingText();
    if (title !== '') this.headings.push({ level, title, startChar: from });
  }

  toString(): string {
    return this.#joined.join('') + this.#parts.join('') + (this.#numChars > 0 ? '\n' : '');
  }

  #append(data: string): void {
    this.#parts.push(data);
    this.#numChars += codePointLength(data);
    checkLimit('characters', this.#numChars, this.#maxChars);
    if (this.#parts.length < MAX_PARTS) return;
    this.#joined.push(this.#parts.join(''));
    this.#parts = [];
  }
}
