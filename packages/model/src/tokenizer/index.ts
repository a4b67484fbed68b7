// The tokenizer of a model file.
export { createTokenizer } from './create-tokenizer.ts';
