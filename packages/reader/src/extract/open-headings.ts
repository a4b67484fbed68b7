// Headings as a page opens and closes them. A heading is open until one of its level or above comes; one within a sectioning element,
// and a term of a definition list, also ends with its element: an entry without a title says so, and what was open before is said again.
import type { Heading } from '../contract.ts';

/** The page's own title stays open when the banner that holds it ends. */
const LEAST_ENDING_LEVEL = 2;
export const TERM_LEVEL = 7;
/** Deeper lists share the last level. */
const MAX_LIST_DEPTH = 4;

export class OpenHeadings {
  readonly #headings: Heading[];
  #seen = 0;
  #open: readonly Heading[] = [];
  readonly #scopes: Array<readonly Heading[]> = [];
  #listDepth = 0;

  /** `headings`: the list that they are added to, here and elsewhere. */
  constructor(headings: Heading[]) {
    this.#headings = headings;
  }

  /** Of the terms of the innermost list; undefined outside of lists. */
  get termLevel(): number | undefined {
    return this.#listDepth === 0 ? undefined : TERM_LEVEL - 1 + Math.min(this.#listDepth, MAX_LIST_DEPTH);
  }

  enterSection(): void {
    this.#scopes.push(this.#now());
  }

  enterList(): void {
    this.enterSection();
    this.#listDepth++;
  }

  leaveList(char: number): void {
    this.#listDepth = Math.max(0, this.#listDepth - 1);
    this.leaveSection(char);
  }

  /** `char`: code point at which what follows will stand. */
  leaveSection(char: number): void {
    const before = this.#scopes.pop();
    if (before === undefined) return;
    const now = this.#now();
    let same = 0;
    while (same < now.length && now[same] === before[same]) same++;
    const ended = now[same];
    if (ended === undefined || ended.level < LEAST_ENDING_LEVEL) return;
    const again = before.slice(same).map((heading) => ({ ...heading, startChar: char }));
    this.#headings.push(...(again.length > 0 ? again : [{ level: ended.level, title: '', startChar: char }]));
    this.#seen = this.#headings.length;
    this.#open = [...before.slice(0, same), ...again];
  }

  #now(): readonly Heading[] {
    for (; this.#seen < this.#headings.length; this.#seen++) {
      const heading = this.#headings[this.#seen] as Heading;
      this.#open = [...this.#open.filter(({ level }) => level < heading.level), heading];
    }
    return this.#open;
  }
}
