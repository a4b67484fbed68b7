// A model file's tokenizer, by the kind that the file names.
import type { ModelFile, Tokenizer } from '../contract.ts';
import { createBpeTokenizer } from './create-bpe-tokenizer.ts';
import { createSpmTokenizer } from './spm/create-spm-tokenizer.ts';
import { unsupportedFile } from '../gguf/errors.ts';
import { readString, required } from '../gguf/metadata.ts';
import { readTokenList, type TokenList } from './vocabulary.ts';

const KINDS: ReadonlyMap<string, (file: ModelFile, list: TokenList) => Tokenizer> = new Map([
  ['gpt2', createBpeTokenizer], // byte-level BPE
  ['llama', createSpmTokenizer], // SentencePiece BPE
]);

export function createTokenizer(file: ModelFile): Tokenizer {
  const { path, metadata } = file;
  const model = required(path, 'tokenizer.ggml.model', readString(path, metadata, 'tokenizer.ggml.model'));
  const create = KINDS.get(model);
  if (!create) throw unsupportedFile(path, `tokenizer ${JSON.stringify(model.slice(0, 80))}; known are ${[...KINDS.keys()].join(', ')}`);
  return create(file, readTokenList(file));
}
