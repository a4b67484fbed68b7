// Tokens of one chunk -> its keys (and values): [prefix][overlap, discarded][own tokens] in one forward pass, chunk-local positions.
import type { Control, EncodedBlocks } from '@lectern/model';
import { chunkSizes } from '../chunk/sizes.ts';
import type { ReaderContext, Chunk, ReadingPlan } from '../contract.ts';
import { frameOf, prefixContext } from '../frame.ts';
import { allHeads, lastIndexLayer } from '../heads.ts';
import { readTokens } from '../plan/stored-tokens.ts';

export interface EncodedChunk {
  ids: Int32Array; // own tokens
  byteStarts: Uint32Array; // absolute
  /** Keys of the index heads. */
  index: EncodedBlocks;
  /** Keys and values of all layers, when asked for. */
  all?: EncodedBlocks & { values: Float32Array };
}

export async function encodeChunk(ctx: ReaderContext, plan: ReadingPlan, chunk: Chunk, keep: 'index' | 'all', control?: Control): Promise<EncodedChunk> {
  const { transformer } = ctx.model;
  const { ids, byteStarts } = await readTokens(ctx.blobs, plan.readingId, chunk.overlapStart, chunk.tokenEnd);
  const numOverlap = chunk.tokenStart - chunk.overlapStart;
  const numPrefix = frameOf(ctx.model).prefixIds.length;
  // Room for the longest chunk, whatever this one's length: contexts of one size let an engine use the same memory again.
  const { overlapTokens, maxTokens } = chunkSizes(transformer.config.contextLength, numPrefix);
  const context = transformer.context([{ kind: 'prefix', context: await prefixContext(ctx.model) }], numPrefix + overlapTokens + maxTokens);
  try {
    await transformer.forward([{ context, tokens: ids }], {
      ...(keep === 'index' ? { untilLayer: lastIndexLayer(plan.heads) } : {}),
      ...(control === undefined ? {} : { control }),
    });
    const from = numPrefix + numOverlap;
    const to = numPrefix + ids.length;
    const index = transformer.takeBlocks(context, from, to, plan.heads, false);
    const own = { ids: ids.subarray(numOverlap), byteStarts: byteStarts.subarray(numOverlap), index };
    if (keep === 'index') return own;
    const all = transformer.takeBlocks(context, from, to, allHeads(transformer.config), true);
    return { ...own, all: { ...all, values: all.values as Float32Array } };
  } finally {
    context.dispose();
  }
}
