// The vocabulary in a model file's metadata, checked: token texts, kinds, special ids.
import { invalidFile, unsupportedFile } from '../gguf/errors.ts';
import { readBoolean, readInteger, readNumbers, readString, readStrings, required } from '../gguf/metadata.ts';
import type { ModelFile } from '../contract.ts';
import { gpt2Splitter, llama3Splitter, type Splitter } from './split.ts';

/** tokenizer.ggml.token_type */
export const KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface PreTokenizer {
  split: Splitter;
  /** A piece that is a token as a whole is taken as it is, whatever the merges would give. */
  wholePieces: boolean;
}

const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ['smollm', { split: gpt2Splitter(true), wholePieces: false }],
  ['gpt-2', { split: gpt2Splitter(false), wholePieces: false }],
  ['llama-bpe', { split: llama3Splitter(3), wholePieces: true }],
  ['qwen2', { split: llama3Splitter(1), wholePieces: false }],
]);

/** Texts that end a turn or a text in the models known so far, wherever they are control tokens. */
const STOP_TEXTS: ReadonlySet<string> = new Set([
  '<|im_end|>', '<|endoftext|>', '<|eot_id|>', '<|eom_id|>', '<|end_of_text|>', '<|end|>', '<end_of_turn>', '</s>',
]);

/** What every kind of tokenizer has. */
export interface TokenList {
  tokens: readonly string[];
  kinds: readonly number[];
  bosToken: number | undefined;
  eosToken: number;
  stopTokens: number[];
}

const key = (name: string) => `tokenizer.ggml.${name}`;

export function readTokenList({ path, metadata }: ModelFile): TokenList {
  const tokens = required(path, key('tokens'), readStrings(path, metadata, key('tokens')));
  const kinds = readNumbers(path, metadata, key('token_type')) ?? tokens.map(() => KIND.normal);
  if (kinds.length !== tokens.length) throw invalidFile(path, `${kinds.length} token types for ${tokens.length} tokens`);

  const token = (name: string) => readInteger(path, metadata, key(name), { min: 0, max: tokens.length - 1 });
  const eosToken = required(path, key('eos_token_id'), token('eos_token_id'));
  const stopTokens = new Set([eosToken, token('eot_token_id'), token('eom_token_id')].filter((id) => id !== undefined));
  for (const [id, text] of tokens.entries()) if (STOP_TEXTS.has(text) && kinds[id] === KIND.control) stopTokens.add(id);
  return { tokens, kinds, bosToken: token('bos_token_id'), eosToken, stopTokens: [...stopTokens].sort((a, b) => a - b) };
}

/** What byte-level BPE has besides. */
export function readMerges({ path, metadata }: ModelFile): { pre: PreTokenizer; merges: readonly string[] } {
  const preName = required(path, key('pre'), readString(path, metadata, key('pre')));
  const known = PRE_TOKENIZERS.get(preName);
  if (!known) throw unsupportedFile(path, `pre-tokenizer ${JSON.stringify(preName)}; known are ${[...PRE_TOKENIZERS.keys()].join(', ')}`);
  const wholePieces = readBoolean(path, metadata, key('ignore_merges')) ?? known.wholePieces; // stated in tokenizer.json, not in a GGUF file
  return { pre: { ...known, wholePieces }, merges: required(path, key('merges'), readStrings(path, metadata, key('merges'))) };
}
