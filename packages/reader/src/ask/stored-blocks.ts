// Keys and values of chosen blocks, all layers, as floats: what modes replay and sparse attend to. Loaded from the store; a chunk of an
// index-only reading is encoded at full depth now, and kept.
import type { Control, EncodedBlocks } from '@lectern/model';
import { blobKeys } from '../blob-keys.ts';
import type { Chunk, ReaderContext, ReadingPlan } from '../contract.ts';
import { encodeChunk } from '../encode/chunk-pass.ts';
import { PlaceFinder, type BlockPlace } from '../find/passage.ts';
import { ofReading } from '../find/readings.ts';
import { allHeads } from '../heads.ts';
import { readKeysAndValues, writeKeysAndValues } from '../segment/keys-and-values.ts';

export interface StoredBlocks {
  /** Blocks one behind the other, in the order asked. */
  blocks: EncodedBlocks & { values: Float32Array };
  blockStarts: Int32Array; // (numBlocks + 1), in tokens
  /** Chunks that were encoded now. */
  encodedOnDemand: number;
  /** Of the files that were loaded. */
  segmentBytes: number;
}

export async function loadStoredBlocks(ctx: ReaderContext, places: readonly BlockPlace[], control?: Control): Promise<StoredBlocks> {
  const { config } = ctx.model.transformer;
  const heads = allHeads(config);
  const { headDim } = config;
  const blockStarts = Int32Array.of(0, ...places.map(({ numTokens }) => numTokens));
  for (let b = 1; b < blockStarts.length; b++) blockStarts[b] += blockStarts[b - 1];
  const numTokens = blockStarts[places.length];
  const size = heads.length * numTokens * headDim;
  const blocks = { numTokens, heads, keys: new Float32Array(size), values: new Float32Array(size) };
  let encodedOnDemand = 0;
  let segmentBytes = 0;
  const byChunk = new Map(places.map((place) => [place.chunk, place]));
  for (const [chunk, first] of byChunk) {
    const stored = await ofReading(first.plan.readingId, () => keysAndValuesOf(ctx, first, control));
    if (stored.isNew) encodedOnDemand++;
    segmentBytes += stored.bytes.length;
    const whole = { heads, headDim, numTokens: chunk.tokenEnd - chunk.tokenStart };
    for (const [b, place] of places.entries()) {
      if (place.chunk !== chunk) continue;
      readKeysAndValues(stored.bytes, stored.key, whole, place.tokenStart, place.tokenStart + place.numTokens, blocks, blockStarts[b]);
    }
  }
  return { blocks, blockStarts, encodedOnDemand, segmentBytes };
}

/** Of one reading, by block numbers; `places` says where each lies. */
export async function loadReadingBlocks(ctx: ReaderContext, plan: ReadingPlan, numbers: readonly number[]): Promise<StoredBlocks & { places: BlockPlace[] }> {
  const finder = new PlaceFinder(ctx, plan);
  const places = await Promise.all(numbers.map((block) => finder.block(block)));
  return { ...(await loadStoredBlocks(ctx, places)), places };
}

async function keysAndValuesOf(ctx: ReaderContext, { plan, chunk }: { plan: ReadingPlan; chunk: Chunk }, control: Control | undefined): Promise<{ key: string; bytes: Buffer; isNew: boolean }> {
  const key = blobKeys.keysAndValues(chunk.segment);
  const isNew = (await ctx.blobs.stat(key)) === undefined;
  if (isNew) {
    const { all } = await encodeChunk(ctx, plan, chunk, 'all', control);
    if (all !== undefined) await ctx.blobs.put(key, writeKeysAndValues(all));
  }
  return { key, bytes: await ctx.blobs.get(key), isNew };
}
