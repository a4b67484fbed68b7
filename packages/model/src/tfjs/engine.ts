// The transformer in TensorFlow.js operations: on TensorFlow's library or on WASM. Synchronous, on the calling thread.
import assert from 'node:assert';
import { startTfjs, type Tf } from '@lectern/sparse-attn/tfjs';
import { checkForward, checkRoom } from '../common/checks.ts';
import { generateWith } from '../common/generate.ts';
import type { Context, ForwardItem, ForwardResult, LoadOptions, ModelFile, Transformer, Want } from '../contract.ts';
import { TfjsContext } from './context.ts';
import { type FinishedPass, runPass, type Traffic } from './forward.ts';
import { takeBlocks } from './take-blocks.ts';
import { acquireWeights, releaseWeights, type Weights } from './weights.ts';

/** Throws ENGINE_UNAVAILABLE where TensorFlow.js cannot start. numThreads: TensorFlow has a pool of its own, WASM one thread. */
export async function createTfjsTransformer(file: ModelFile, _options: LoadOptions): Promise<Transformer> {
  const backend = await startTfjs();
  const { tf } = backend;
  const weights = await acquireWeights(backend, file);
  if (backend.backend === 'wasm') packWeights(tf, weights, file);
  const traffic: Traffic = { keyValueBytes: 0, weightBytes: 0 };
  let disposed = false;
  return {
    engine: 'tfjs',
    device: backend.device,
    config: file.config,
    context: (parts, capacity) => new TfjsContext(tf, weights.turn, file.config, parts, capacity),
    forward: (batch, want) => forward(weights, batch, want, traffic),
    generate(context, options) {
      const { control } = options;
      checkRoom(own(context), options.tokens.length + options.maxTokens - 1);
      const want: Want = { logits: 'last', ...(control ? { control } : {}) };
      return generateWith((tokens) => forward(weights, [{ context, tokens }], want, traffic)[0].logits!, options);
    },
    takeBlocks: (context, from, to, heads, values) => takeBlocks(own(context), weights.turn, from, to, heads, values),
    traffic: () => ({ ...traffic }),
    dispose() {
      if (!disposed) releaseWeights(file, weights);
      disposed = true;
    },
  };
}

/** WASM packs a matrix when it is first used: the memory that this takes belongs to loading. */
function packWeights(tf: Tf, weights: Weights, file: ModelFile): void {
  const context = new TfjsContext(tf, weights.turn, file.config, [], 1);
  forward(weights, [{ context, tokens: Int32Array.of(0) }], { logits: 'last' }, { keyValueBytes: 0, weightBytes: 0 });
  context.dispose();
}

/** One sequence after the other; all of them keep their new tokens, or none does. */
function forward(weights: Weights, batch: readonly ForwardItem[], want: Want, traffic: Traffic): ForwardResult[] {
  assert(new Set(batch.map(({ context }) => context)).size === batch.length, 'one context stands twice in a batch');
  for (const { context, tokens } of batch) checkForward(own(context), tokens, want);
  const finished: FinishedPass[] = [];
  try {
    batch.forEach(({ context, tokens }, i) => {
      finished.push(runPass(weights, own(context), tokens, want, traffic, (share) => Math.floor((1000 * (i + share)) / batch.length)));
    });
  } catch (error) {
    for (const pass of finished) pass.discard();
    throw error;
  }
  for (const pass of finished) pass.commit();
  return finished.map(({ result }) => result);
}

function own(context: Context): TfjsContext {
  assert(context instanceof TfjsContext, 'the context belongs to another engine');
  return context;
}
