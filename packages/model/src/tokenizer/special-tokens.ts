// Cuts a text at the tokens that stand in it literally: user-defined ones always, control tokens only where asked.
// Longer tokens take their places first, over the whole text, each from left to right (llama.cpp's order).
import { KIND, type Vocabulary } from './vocabulary.ts';

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
}

export type Partition = (text: string, parseSpecial: boolean) => Fragment[];

export function createPartition({ tokens, kinds }: Vocabulary): Partition {
  const specials: Special[] = [];
  for (const [token, text] of tokens.entries()) {
    const kind = kinds[token];
    const isControl = kind === KIND.control || kind === KIND.unknown;
    if (text.length > 0 && (isControl || kind === KIND.userDefined)) specials.push({ token, text, isControl });
  }
  specials.sort((a, b) => Buffer.byteLength(b.text) - Buffer.byteLength(a.text));
  const always = specials.filter((special) => !special.isControl);

  return (text, parseSpecial) => {
    let fragments: Fragment[] = text.length > 0 ? [{ start: 0, end: text.length, token: undefined }] : [];
    for (const special of parseSpecial ? specials : always) {
      if (text.includes(special.text)) fragments = fragments.flatMap((fragment) => cut(text, fragment, special));
    }
    return fragments;
  };
}

function cut(text: string, fragment: Fragment, special: Special): Fragment[] {
  if (fragment.token !== undefined) return [fragment];
  const found: Fragment[] = [];
  let at = fragment.start;
  for (;;) {
    const start = text.indexOf(special.text, at);
    const end = start + special.text.length;
    if (start < 0 || end > fragment.end) break;
    if (start > at) found.push({ start: at, end: start, token: undefined });
    found.push({ start, end, token: special.token });
    at = end;
  }
  if (at < fragment.end) found.push({ start: at, end: fragment.end, token: undefined });
  return found;
}
