// Copies keys before RoPE, and values, of own tokens out of a context.
import assert from 'node:assert';
import type { ReferenceContext } from './context.ts';
import type { EncodedBlocks, KvHeadRef } from '../contract.ts';

export function takeBlocks(context: ReferenceContext, from: number, to: number, heads: readonly KvHeadRef[], values: boolean): EncodedBlocks {
  const { numLayers, numKvHeads, headDim } = context.config;
  assert(!context.disposed, 'the context was disposed');
  assert(0 <= from && from <= to && to <= context.numTokens, `own tokens [${from}, ${to}) of ${context.numTokens}`);
  const numTokens = to - from;
  const taken = {
    keys: new Float32Array(heads.length * numTokens * headDim), // (heads.length, numTokens, headDim)
    values: new Float32Array(values ? heads.length * numTokens * headDim : 0),
  };
  heads.forEach(({ layer, kvHead }, i) => {
    const numRun = context.stopLayer + (values ? 0 : 1); // layers that have what is asked for
    assert(layer >= 0 && layer < Math.min(numRun, numLayers), `${values ? 'values' : 'keys'} of layer ${layer}: the context was run up to layer ${context.stopLayer}`);
    assert(kvHead >= 0 && kvHead < numKvHeads, `KV head ${kvHead} of ${numKvHeads}`);
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
