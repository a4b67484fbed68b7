// Copies keys before RoPE, and values, of own tokens out of a context.
import { checkTake } from '../common/checks.ts';
import type { ReferenceContext } from './context.ts';
import type { EncodedBlocks, KvHeadRef } from '../contract.ts';

export function takeBlocks(context: ReferenceContext, from: number, to: number, heads: readonly KvHeadRef[], values: boolean): EncodedBlocks {
  checkTake(context, from, to, heads, values);
  const { numKvHeads, headDim } = context.config;
  const numTokens = to - from;
  const taken = {
    keys: new Float32Array(heads.length * numTokens * headDim), // (heads.length, numTokens, headDim)
    values: new Float32Array(values ? heads.length * numTokens * headDim : 0),
  };
  heads.forEach(({ layer, kvHead }, i) => {
    const rows = context.layers[layer];
    for (let token = 0; token < numTokens; token++) {
      const source = (context.ownRows[from + token] * numKvHeads + kvHead) * headDim;
      const target = (i * numTokens + token) * headDim;
      taken.keys.set(rows.keys.subarray(source, source + headDim), target);
      if (values) taken.values.set(rows.values.subarray(source, source + headDim), target);
    }
  });
  return { numTokens, heads: heads.map((head) => ({ ...head })), keys: taken.keys, ...(values ? { values: taken.values } : {}) };
}
