// Byte-level BPE (GGUF's tokenizer "gpt2"): ids equal llama.cpp's, with the place of every token in the text's UTF-8.
// Lone surrogates count as U+FFFD. A byte that the vocabulary has no token for gives no token (as in llama.cpp);
// the token before it then reaches up to the next one's start.
import type { Encoding, ModelFile, Tokenizer } from '../contract.ts';
import { bytesOf } from './byte-alphabet.ts';
import { decoderOf } from './decode.ts';
import { EncodingBuilder } from './encoding-builder.ts';
import { PieceEncoder } from './piece-encoder.ts';
import { createPartition } from './special-tokens.ts';
import { numberSymbols } from './symbols.ts';
import { TokenBytes } from './token-bytes.ts';
import { KIND, readMerges, type TokenList } from './vocabulary.ts';

export function createBpeTokenizer(file: ModelFile, list: TokenList): Tokenizer {
  const { tokens, kinds, bosToken, eosToken, stopTokens } = list;
  const { pre, merges } = readMerges(file);
  // Ordinary tokens stand in the byte alphabet, special ones as they are.
  const bytes = new TokenBytes(tokens, (text, id) => (kinds[id] === KIND.normal || kinds[id] === KIND.unused ? bytesOf(text) : undefined) ?? text);
  const { numBytesOf } = bytes;
  const partition = createPartition(list);
  const pieces = new PieceEncoder({ symbols: numberSymbols(file.path, list, merges), numBytesOf, wholePieces: pre.wholePieces });

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

  return { vocabSize: tokens.length, bosToken, eosToken, stopTokens, encode, ...decoderOf(list, bytes, false) };
}
