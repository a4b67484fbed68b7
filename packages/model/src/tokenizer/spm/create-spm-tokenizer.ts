// SentencePiece BPE (GGUF's tokenizer "llama"): ids equal llama.cpp's, with the place of every token in the text's UTF-8. From a tokenizer.json
// it has merges instead of scores; ids then equal the tokenizers library's.
// A blank and U+2581 are the same to it: a U+2581 of the text comes back as a blank. Plain text never becomes a control, unknown or byte token.
// Where the vocabulary wants a blank before a text, that one has no bytes in the text, and decode leaves it out.
import type { Encoding, ModelFile, Tokenizer } from '../../contract.ts';
import { invalidFile, unsupportedFile } from '../../gguf/errors.ts';
import { readBoolean, readNumbers, readStrings, required } from '../../gguf/metadata.ts';
import { EncodingBuilder } from '../encoding-builder.ts';
import { createPartition } from '../special-tokens.ts';
import { decoderOf } from '../decode.ts';
import { TokenBytes } from '../token-bytes.ts';
import { KIND, type TokenList } from '../vocabulary.ts';
import { createCutter } from './cut-pieces.ts';
import { mergeJoins } from './merge-joins.ts';
import { BLANK_SIGN } from './piece.ts';
import { SpmPieceEncoder } from './piece-encoder.ts';
import { scoreJoins } from './score-joins.ts';

const SIGN = String.fromCharCode(BLANK_SIGN);

export function createSpmTokenizer({ path, metadata }: ModelFile, list: TokenList): Tokenizer {
  const { tokens, kinds, bosToken, eosToken, stopTokens } = list;
  const isPlain = (id: number) => kinds[id] !== KIND.control && kinds[id] !== KIND.unknown && kinds[id] !== KIND.byte;
  const bytes = new TokenBytes(tokens, (text, id) => bytesOf(text, kinds[id]!));
  const { numBytesOf } = bytes;
  const byteTokens = readByteTokens(path, list);
  if (!tokens.some((text, id) => text === SIGN && isPlain(id))) throw unsupportedFile(path, 'its vocabulary has no token for a blank');
  const addBlanks = readBoolean(path, metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  const merges = readStrings(path, metadata, 'tokenizer.ggml.merges');
  const pieces = new SpmPieceEncoder({
    joins: merges ? mergeJoins(path, tokens, merges, isPlain) : scoreJoins(tokens, readScores(path, metadata, tokens.length), isPlain),
    byteTokens,
    numBytesOf,
  });
  const cut = createCutter(tokens, isPlain);
  const partition = createPartition(list);

  function encode(text: string, { parseSpecial = false }: { parseSpecial?: boolean } = {}): Encoding {
    const out = new EncodingBuilder(text.length);
    let addBlank = addBlanks;
    for (const { start, end, token } of partition(text, parseSpecial)) {
      if (token !== undefined) {
        out.add(token, numBytesOf[token]!);
        addBlank = addBlanks;
        continue;
      }
      for (let at = start; at < end; ) {
        const stop = cut(text, at, end);
        pieces.encode(text, at, stop, addBlank, out);
        addBlank = false;
        at = stop;
      }
    }
    return out.finish();
  }

  return { vocabSize: tokens.length, bosToken, eosToken, stopTokens, encode, ...decoderOf(list, bytes, addBlanks) };
}

function bytesOf(text: string, kind: number): Uint8Array | string {
  if (kind === KIND.byte) return Uint8Array.of(Number.parseInt(text.slice(3, 5), 16));
  return (kind === KIND.normal || kind === KIND.unused) && text.includes(SIGN) ? text.replaceAll(SIGN, ' ') : text;
}

function readScores(path: string, metadata: ModelFile['metadata'], numTokens: number): number[] {
  const scores = required(path, 'tokenizer.ggml.scores', readNumbers(path, metadata, 'tokenizer.ggml.scores'));
  if (scores.length !== numTokens) throw invalidFile(path, `${scores.length} scores for ${numTokens} tokens`);
  if (!scores.every(Number.isFinite)) throw invalidFile(path, 'a token score is not a finite number');
  return scores;
}

/** Token of each byte, for characters that the vocabulary lacks. (256) */
function readByteTokens(path: string, { tokens, kinds }: TokenList): Int32Array {
  const found = new Int32Array(256).fill(-1);
  for (const [id, text] of tokens.entries()) {
    if (kinds[id] !== KIND.byte) continue;
    if (!/^<0x[0-9A-F]{2}>$/.test(text)) throw invalidFile(path, `byte token ${id} is ${JSON.stringify(text.slice(0, 80))}, not like <0x0A>`);
    found[Number.parseInt(text.slice(3, 5), 16)] = id;
  }
  if (found.includes(-1)) throw unsupportedFile(path, `its vocabulary has no token for byte ${found.indexOf(-1)}`);
  return found;
}
