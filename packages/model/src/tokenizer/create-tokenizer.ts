// A model file's tokenizer: byte-level BPE whose ids equal llama.cpp's, with the place of every token in the text's UTF-8.
// Lone surrogates count as U+FFFD. A byte that the vocabulary has no token for gives no token (as in llama.cpp);
// the token before it then reaches up to the next one's start.
import assert from 'node:assert/strict';
import type { Encoding, ModelFile, Tokenizer } from '../contract.ts';
import { bytesOf } from './byte-alphabet.ts';
import { EncodingBuilder } from './encoding-builder.ts';
import { PieceEncoder } from './piece-encoder.ts';
import { createPartition } from './special-tokens.ts';
import { numberSymbols } from './symbols.ts';
import { KIND, readVocabulary, type Vocabulary } from './vocabulary.ts';

export function createTokenizer(file: ModelFile): Tokenizer {
  const vocabulary = readVocabulary(file);
  const { kinds, pre, bosToken, eosToken, stopTokens } = vocabulary;
  const bytesOfToken = tokenBytesOf(vocabulary);
  const vocabSize = bytesOfToken.length;
  const numBytesOf = Int32Array.from(bytesOfToken, (bytes) => bytes.length); // (vocabSize)
  const partition = createPartition(vocabulary);
  const pieces = new PieceEncoder({ symbols: numberSymbols(file.path, vocabulary), numBytesOf, wholePieces: pre.wholePieces });
  const isHidden = (id: number) => kinds[id] === KIND.control || kinds[id] === KIND.unknown;

  function encode(text: string, { parseSpecial = false }: { parseSpecial?: boolean } = {}): Encoding {
    const out = new EncodingBuilder(text.length);
    for (const { start, end, token } of partition(text, parseSpecial)) {
      if (token !== undefined) {
        out.add(token, numBytesOf[token]!);
        continue;
      }
      for (let at = start; at < end; ) {
        const stop = pre.split(text, at, end);
        pieces.encode(text, at, stop, out);
        at = stop;
      }
    }
    return out.finish();
  }

  function tokenBytes(id: number): Uint8Array {
    assert(Number.isInteger(id) && id >= 0 && id < vocabSize, `token ${id} is not in a vocabulary of ${vocabSize}`);
    return bytesOfToken[id]!;
  }

  function decode(ids: ArrayLike<number>, { special = false }: { special?: boolean } = {}): string {
    const parts = Array.from(ids, (id) => (special || !isHidden(id) ? tokenBytes(id) : EMPTY));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts));
  }

  return { vocabSize, bosToken, eosToken, stopTokens, encode, decode, tokenBytes };
}

const EMPTY = new Uint8Array(0);

/** Ordinary tokens stand in the byte alphabet, special ones as they are. Views of one buffer. */
function tokenBytesOf({ tokens, kinds }: Vocabulary): Uint8Array[] {
  const parts = tokens.map((text, id) => (kinds[id] === KIND.normal || kinds[id] === KIND.unused ? bytesOf(text) : undefined) ?? Buffer.from(text));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  return parts.map((part) => {
    all.set(part, at);
    at += part.length;
    return all.subarray(at - part.length, at);
  });
}
