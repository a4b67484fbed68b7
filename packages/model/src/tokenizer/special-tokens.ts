// Cuts a text at the tokens that stand in it literally: user-defined ones always, control tokens only where asked.
// Longer tokens take their places first, over the whole text, each from left to right (llama.cpp's order).
import { KIND, type TokenList } from './vocabulary.ts';

/** A stretch of the text [start, end), in code units: plain (token undefined) or one special token. */
export interface Fragment {
  start: number;
  end: number;
  token: number | undefined;
}

interface Special {
  token: number;
  text: string;
  isControl: boolean;
  /** Index of a shorter one that stands inside this one: where it is absent, this one is. */
  inside: number | undefined;
}

export type Partition = (text: string, parseSpecial: boolean) => Fragment[];

export function createPartition({ tokens, kinds }: TokenList): Partition {
  const specials: Special[] = [];
  for (const [token, text] of tokens.entries()) {
    const kind = kinds[token];
    const isControl = kind === KIND.control || kind === KIND.unknown;
    if (text.length > 0 && (isControl || kind === KIND.userDefined)) specials.push({ token, text, isControl, inside: undefined });
  }
  const all = withInside(specials);
  const always = withInside(specials.filter((special) => !special.isControl));

  return (text, parseSpecial) => {
    const placed: Fragment[] = [];
    let free: Fragment[] = text.length > 0 ? [{ start: 0, end: text.length, token: undefined }] : [];
    for (const special of present(text, parseSpecial ? all : always)) free = place(text, special, free, placed);
    return placed.length === 0 ? free : [...placed, ...free].sort((a, b) => a.start - b.start);
  };
}

/** Longest first. */
function withInside(specials: readonly Special[]): Special[] {
  const sorted = specials.map((special) => ({ ...special })).sort((a, b) => Buffer.byteLength(b.text) - Buffer.byteLength(a.text));
  const indexOf = new Map(sorted.map(({ text }, i) => [text, i]));
  for (const special of sorted) special.inside = indexOf.get(special.text.slice(1));
  return sorted;
}

/** Those that the text has somewhere, longest first. */
function present(text: string, specials: readonly Special[]): Special[] {
  const found = new Uint8Array(specials.length);
  for (let i = specials.length - 1; i >= 0; i--) {
    const { inside, text: wanted } = specials[i]!;
    if ((inside === undefined || found[inside]) && text.includes(wanted)) found[i] = 1;
  }
  return specials.filter((_, i) => found[i]);
}

/** Puts the token wherever a free stretch has it whole; gives what stays free. Each part of the text is searched once. */
function place(text: string, { text: wanted, token }: Special, free: readonly Fragment[], placed: Fragment[]): Fragment[] {
  const left: Fragment[] = [];
  let start = -1; // of its next occurrence at or after what was asked last; text.length when there is none
  for (const fragment of free) {
    let at = fragment.start;
    for (;;) {
      if (start < at) {
        start = text.indexOf(wanted, at);
        if (start < 0) start = text.length;
      }
      const end = start + wanted.length;
      if (end > fragment.end) break;
      if (start > at) left.push({ start: at, end: start, token: undefined });
      placed.push({ start, end, token });
      at = end;
    }
    if (at === fragment.start) left.push(fragment);
    else if (at < fragment.end) left.push({ start: at, end: fragment.end, token: undefined });
  }
  return left;
}
