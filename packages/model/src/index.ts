export type * from './contract.ts';
export * from './gguf/index.ts';
