export type * from './contract.ts';
export { dequantize, readTensor, readTensorBytes } from './gguf/index.ts';
export { openModelFile } from './open-model-file.ts';
export * from './rope-of.ts';
export { loadTransformer, TRANSFORMER_ENGINES } from './engines.ts';
export * from './tokenizer/index.ts';
export * from './chat/index.ts';
export * from './catalog/index.ts';
export { type LoadedFile, loadFile } from './load-file.ts';
