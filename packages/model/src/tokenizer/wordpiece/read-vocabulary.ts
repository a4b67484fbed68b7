// A WordPiece vocabulary out of tokenizer.json. What would change the ids and is not implemented is refused.
import { z } from 'zod';
import { invalidFile, unsupportedFile } from '../../gguf/errors.ts';
import { readJson } from '../../safetensors/read-json.ts';

const MAX_BYTES = 64 * 2 ** 20;

export interface WordPieceVocabulary {
  pieces: ReadonlyMap<string, number>;
  /** Stands before pieces that begin inside a word. */
  prefix: string;
  /** UTF-16 units, the prefix not counted. */
  longestPiece: number;
  /** Code points; a longer word is unknown. */
  maxWordChars: number;
  unknownToken: number;
  startToken: number;
  endToken: number;
}

const id = z.number().int().nonnegative().max(1 << 23);
const schema = z.looseObject({
  normalizer: z.looseObject({
    type: z.literal('BertNormalizer'), clean_text: z.literal(true), handle_chinese_chars: z.literal(true), lowercase: z.literal(true),
    strip_accents: z.literal(true).nullish(), // null: as lowercase
  }),
  pre_tokenizer: z.looseObject({ type: z.literal('BertPreTokenizer') }),
  model: z.looseObject({
    type: z.literal('WordPiece').nullish(),
    unk_token: z.string(),
    continuing_subword_prefix: z.string().min(1).max(16),
    max_input_chars_per_word: z.number().int().positive().max(500),
    vocab: z.record(z.string(), id),
  }),
});

export function readVocabulary(path: string, vocabSize: number): WordPieceVocabulary {
  const json = readJson(path, schema, MAX_BYTES);
  if (!json) throw invalidFile(path, 'there is no such file');
  const { vocab, unk_token: unknown, continuing_subword_prefix: prefix, max_input_chars_per_word: maxWordChars } = json.model;
  const pieces = new Map(Object.entries(vocab));
  let longestPiece = 1;
  for (const [piece, token] of pieces) {
    if (token >= vocabSize) throw invalidFile(path, `token ${token} (${JSON.stringify(piece.slice(0, 80))}) is beyond the ${vocabSize} of the model`, { limit: vocabSize });
    longestPiece = Math.max(longestPiece, piece.length);
  }
  const tokenOf = (text: string): number => {
    const found = pieces.get(text);
    if (found === undefined) throw unsupportedFile(path, `it has no token ${JSON.stringify(text.slice(0, 80))}`);
    return found;
  };
  return { pieces, prefix, longestPiece, maxWordChars, unknownToken: tokenOf(unknown), startToken: tokenOf('[CLS]'), endToken: tokenOf('[SEP]') };
}
