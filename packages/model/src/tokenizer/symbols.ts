// Numbers for everything a merge can join or give: token ids first, then texts that only appear on the way to a token.
import { invalidFile } from '../gguf/errors.ts';
import { byteCharacter, bytesOf } from './byte-alphabet.ts';
import type { Merges } from './merge.ts';
import { MergeTable } from './merge-table.ts';
import { KIND, type TokenList } from './vocabulary.ts';

export interface Symbols {
  ofByte: Int32Array; // (256)
  merges: Merges;
  /** Ordinary tokens by text. Control tokens are not in it: plain text never becomes one. */
  tokenOfText: ReadonlyMap<string, number>;
  /** Bytes of symbol vocabSize + i, which is no token. */
  bytesOfOther: Uint8Array[];
}

export function numberSymbols(path: string, { tokens, kinds }: TokenList, merges: readonly string[]): Symbols {
  const numbers = new Map<string, number>();
  const isSpecial = (id: number) => kinds[id] === KIND.control || kinds[id] === KIND.unknown;
  for (const [id, text] of tokens.entries()) {
    if (isSpecial(id)) continue;
    if (numbers.has(text)) throw invalidFile(path, `tokens ${numbers.get(text)} and ${id} are both ${JSON.stringify(text.slice(0, 80))}`);
    numbers.set(text, id);
  }
  const tokenOfText = new Map(numbers);
  const bytesOfOther: Uint8Array[] = [];
  const number = (text: string): number => {
    let found = numbers.get(text);
    if (found === undefined) {
      const bytes = bytesOf(text);
      if (!bytes) throw invalidFile(path, `a merge names ${JSON.stringify(text.slice(0, 80))}, which is not in the byte alphabet`);
      found = tokens.length + bytesOfOther.length;
      bytesOfOther.push(bytes);
      numbers.set(text, found);
    }
    return found;
  };

  const ofByte = Int32Array.from({ length: 256 }, (_, byte) => number(byteCharacter(byte)));
  const table = new MergeTable(merges.length);
  const results = new Int32Array(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const blank = merge.indexOf(' ', 1);
    if (blank < 0 || blank === merge.length - 1) throw invalidFile(path, `merge ${rank} is ${JSON.stringify(merge.slice(0, 80))}, not two texts`);
    const left = merge.slice(0, blank);
    const right = merge.slice(blank + 1);
    table.add(number(left), number(right), rank);
    results[rank] = number(left + right);
  }
  return { ofByte, merges: { table, results }, tokenOfText, bytesOfOther };
}
