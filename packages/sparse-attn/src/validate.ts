// Shapes of the arguments, checked once at an engine's door: a wrong length is a programmer's mistake.
import assert from 'node:assert';
import { checkBlockStarts, checkBlockTable, countBlocks } from './blocks.ts';
import type { AttendArgs, BlockLseArgs } from './contract.ts';

export function checkAttendArgs(args: AttendArgs): void {
  const { q, k, v, numTokens, numKeys, numHeads, numKvHeads, headDim } = args;
  assert(headDim > 0 && numKvHeads > 0 && numHeads % numKvHeads === 0, `${numHeads} query heads over ${numKvHeads} KV heads of ${headDim}`);
  assert(Number.isInteger(args.firstQuery), `firstQuery is ${args.firstQuery}`);
  assert(args.window === undefined || (Number.isInteger(args.window) && args.window > 0), `window is ${args.window}`);
  assert(q.length === numTokens * numHeads * headDim, `q has ${q.length} values, not ${numTokens} x ${numHeads} x ${headDim}`);
  assert(k.length === numKeys * numKvHeads * headDim, `k has ${k.length} values, not ${numKeys} x ${numKvHeads} x ${headDim}`);
  assert(v.length === k.length, `v has ${v.length} values, k has ${k.length}`);
  if (args.blocks) checkBlockTable(args.blocks, numKvHeads, countBlocks(numKeys));
}

export function checkBlockLseArgs(args: BlockLseArgs): void {
  const { q, keys, keyScales, blockStarts, headDim } = args;
  checkQueries(q, headDim);
  assert(keys.length === keyScales.length * headDim, `keys has ${keys.length} values for ${keyScales.length} scales x ${headDim}`);
  checkBlockStarts(blockStarts, keyScales.length);
}

export function checkQueries(q: Float32Array, headDim: number): void {
  assert(headDim > 0 && q.length % headDim === 0, `q has ${q.length} values, no whole number of queries of ${headDim}`);
}
