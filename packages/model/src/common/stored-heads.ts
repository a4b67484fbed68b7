// Finds one (layer, KV head) in stored blocks.
import assert from 'node:assert';
import type { EncodedBlocks } from '../contract.ts';

/** Keys and values of one head out of stored blocks, which must hold it. */
export function headRows(
  blocks: EncodedBlocks, layer: number, kvHead: number, headDim: number,
): { keys: Float32Array; values: Float32Array } { // (numTokens, headDim) each
  const index = blocks.heads.findIndex((head) => head.layer === layer && head.kvHead === kvHead);
  assert(index >= 0, `the stored blocks lack layer ${layer}, KV head ${kvHead}`);
  assert(blocks.values, 'the stored blocks have no values');
  const size = blocks.numTokens * headDim;
  const [start, end] = [index * size, (index + 1) * size];
  assert(blocks.keys.length >= end && blocks.values.length >= end, `the stored blocks end before layer ${layer}, KV head ${kvHead}`);
  return { keys: blocks.keys.subarray(start, end), values: blocks.values.subarray(start, end) };
}
