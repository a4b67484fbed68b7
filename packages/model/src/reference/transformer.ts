// The specification of a transformer: plain loops, float64 sums, readable before fast. Every other engine is tested against it.
import assert from 'node:assert';
import { ReferenceContext } from './context.ts';
import { forward } from './forward.ts';
import { generate } from './generate.ts';
import { takeBlocks } from './take-blocks.ts';
import { acquireWeights, releaseWeights } from './weights.ts';
import type { Context, LoadOptions, ModelFile, Transformer } from '../contract.ts';

/** numThreads is of no use here: all loops run on the calling thread. */
export async function createReferenceTransformer(file: ModelFile, _options: LoadOptions): Promise<Transformer> {
  const weights = await acquireWeights(file);
  const traffic = { keyValueBytes: 0, weightBytes: 0 };
  let disposed = false;
  return {
    engine: 'reference',
    device: 'float64 loops',
    config: file.config,
    context: (parts, capacity) => new ReferenceContext(file.config, parts, capacity),
    forward(batch, want) {
      assert(new Set(batch.map(({ context }) => context)).size === batch.length, 'one context stands twice in a batch');
      return batch.map(({ context, tokens }) => forward(weights, own(context), tokens, want, traffic));
    },
    generate: (context, options) => generate(weights, own(context), options, traffic),
    takeBlocks: (context, from, to, heads, values) => takeBlocks(own(context), from, to, heads, values),
    traffic: () => ({ ...traffic }),
    dispose() {
      if (!disposed) releaseWeights(file);
      disposed = true;
    },
  };
}

function own(context: Context): ReferenceContext {
  assert(context instanceof ReferenceContext, 'the context belongs to another engine');
  return context;
}
