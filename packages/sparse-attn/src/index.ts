export * from './contract.ts';
export * from './blocks.ts';
export * from './engines.ts';
export * from './merge.ts';
export * from './positions.ts';
export * from './quantize.ts';
export { createReferenceAttention, type ReferenceAttention } from './reference/attention.ts';
export * from './rope.ts';
export * from './select.ts';
