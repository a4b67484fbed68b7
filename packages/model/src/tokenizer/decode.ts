// Token ids back to bytes and text, the same for every kind of tokenizer.
import assert from 'node:assert/strict';
import type { Tokenizer } from '../contract.ts';
import type { TokenBytes } from './token-bytes.ts';
import { KIND, type TokenList } from './vocabulary.ts';

/** dropBlank: a blank at the very front is one that encode put there. */
export function decoderOf({ kinds }: TokenList, bytes: TokenBytes, dropBlank: boolean): Pick<Tokenizer, 'decode' | 'tokenBytes'> {
  const isHidden = (id: number) => kinds[id] === KIND.control || kinds[id] === KIND.unknown;

  function tokenBytes(id: number): Uint8Array {
    assert(Number.isInteger(id) && id >= 0 && id < bytes.numTokens, `token ${id} is not in a vocabulary of ${bytes.numTokens}`);
    return bytes.at(id);
  }

  function decode(ids: ArrayLike<number>, { special = false }: { special?: boolean } = {}): string {
    const parts = Array.from(ids, (id) => (special || !isHidden(id) ? tokenBytes(id) : EMPTY));
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts));
    return dropBlank && text.startsWith(' ') ? text.slice(1) : text;
  }

  return { decode, tokenBytes };
}

const EMPTY = new Uint8Array(0);
