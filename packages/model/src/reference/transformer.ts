// The specification of a transformer: plain loops, float64 sums, readable before fast. Every other engine is tested against it.
import assert from 'node:assert';
import { ReferenceContext } from './context.ts';
import { forward } from './forward.ts';
import { checkRoom } from '../common/checks.ts';
import { generateWith } from '../common/generate.ts';
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
    generate(context, options) {
      const { control } = options;
      checkRoom(own(context), options.tokens.length + options.maxTokens - 1);
      return generateWith((input) => forward(weights, own(context), input, { logits: 'last', ...(control ? { control } : {}) }, traffic).logits!, options);
    },
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
