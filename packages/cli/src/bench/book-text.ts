// Parts of the demo's book by the number of tokens. A reading counts up to 1 % fewer: it tokenizes paragraph by paragraph.
import type { Tokenizer } from '@lectern/model';
import { UsageError } from '../errors.ts';

export interface Part { ids: Int32Array; text: string } // ids: (numTokens)

/** A token has fewer bytes than these nearly always; where a part comes out too short the whole text is tokenized. */
const BYTES_PER_TOKEN = 8;

export const firstTokens = (tokenizer: Tokenizer, text: string, numTokens: number): Part => {
  const { ids, byteStarts } = encodeEnough(tokenizer, text, numTokens, (numChars) => text.slice(0, numChars));
  return { ids: ids.slice(0, numTokens), text: Buffer.from(text).toString('utf8', 0, byteStarts[numTokens]) };
};

export const lastTokens = (tokenizer: Tokenizer, text: string, numTokens: number): Part => {
  const { ids, byteStarts } = encodeEnough(tokenizer, text, numTokens, (numChars) => text.slice(-numChars));
  const from = ids.length - numTokens;
  const numBytes = byteStarts[ids.length]! - byteStarts[from]!;
  return { ids: ids.slice(from), text: Buffer.from(text).subarray(-numBytes).toString('utf8') };
};

function encodeEnough(tokenizer: Tokenizer, text: string, numTokens: number, cut: (numChars: number) => string): ReturnType<Tokenizer['encode']> {
  const part = tokenizer.encode(cut(BYTES_PER_TOKEN * numTokens));
  const enough = part.ids.length >= numTokens ? part : tokenizer.encode(text);
  if (enough.ids.length < numTokens) throw new UsageError(`the text has ${enough.ids.length} tokens, ${numTokens} are asked for`);
  return enough;
}
