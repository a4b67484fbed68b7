// Chunks -> segments, and their blocks' vectors. A chunk whose segment is stored is a lookup, whoever encoded it and when.
import { blobKeys } from '../blob-keys.ts';
import type { Chunk, EncodeHooks, EncodeStats, ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { writeSegment } from '../segment/format.ts';
import { writeKeysAndValues } from '../segment/keys-and-values.ts';
import { embeddingsKey } from '../segment/address.ts';
import { namedTrails } from '../plan/named-trails.ts';
import { areStored } from './are-stored.ts';
import { buildSegment } from './build-segment.ts';
import { encodeChunk } from './chunk-pass.ts';
import { embedChunk } from './embed-chunk.ts';
import { encodeTrails } from './encode-trails.ts';

/** Chunks [from, to) of the plan, and the trails of their blocks. */
export async function encodeChunks(ctx: ReaderContext, plan: ReadingPlan, range: { from: number; to: number }, hooks: EncodeHooks): Promise<EncodeStats> {
  const stats: EncodeStats = { chunksEncoded: 0, chunksReused: 0, tokensEncoded: 0 };
  const chunks = plan.chunks.slice(range.from, range.to);
  await encodeTrails(ctx, plan, namedTrails(chunks), hooks.control);
  for (const chunk of chunks) {
    throwIfCancelled(hooks.control);
    const started = performance.now();
    const numTokens = chunk.tokenEnd - chunk.tokenStart;
    const reused = await isStored(ctx, plan, chunk);
    if (!reused) await encodeAndStore(ctx, plan, chunk, hooks);
    else await embedChunk(ctx, plan, chunk, hooks.control); // another trail, or read without this embedder
    stats[reused ? 'chunksReused' : 'chunksEncoded']++;
    if (!reused) stats.tokensEncoded += numTokens;
    await hooks.onChunk?.({ index: chunk.index, numTokens, reused, seconds: (performance.now() - started) / 1000 });
  }
  return stats;
}

/**
 * For each chunk of the plan, whether all that the reading keeps of it is stored: its segment, its blocks' trails, and their vectors where there
 * is an embedder (a new heading changes only these two).
 */
export async function storedChunks(ctx: ReaderContext, plan: ReadingPlan): Promise<boolean[]> {
  const { blobs, embedder } = ctx;
  const hasTrail = await areStored(blobs, plan.trails.map((trail) => trail.segment));
  const hasSegment = await areStored(blobs, plan.chunks.map((chunk) => chunk.segment));
  const hasAll = plan.keep === 'index' ? hasSegment : await areStored(blobs, plan.chunks.map((chunk) => blobKeys.keysAndValues(chunk.segment)));
  const hasVectors = embedder === undefined ? hasSegment : await areStored(blobs, plan.chunks.map((chunk) => embeddingsKey(embedder, plan, chunk)));
  return plan.chunks.map((chunk, i) => hasSegment[i] && hasAll[i] && hasVectors[i] && chunk.trails.every((trail) => trail < 0 || hasTrail[trail]));
}

async function isStored({ blobs }: ReaderContext, plan: ReadingPlan, chunk: Chunk): Promise<boolean> {
  const keys = [chunk.segment, ...(plan.keep === 'index' ? [] : [blobKeys.keysAndValues(chunk.segment)])];
  return (await areStored(blobs, keys)).every((stored) => stored);
}

async function encodeAndStore(ctx: ReaderContext, plan: ReadingPlan, chunk: Chunk, hooks: EncodeHooks): Promise<void> {
  const encoded = await encodeChunk(ctx, plan, chunk, plan.keep, hooks.control);
  const text = await ctx.blobs.getRange(blobKeys.text(plan.documentId), chunk.byteStart, chunk.byteEnd);
  // The segment is written last: where it is, the reading has all it keeps of the chunk.
  if (encoded.all !== undefined) await ctx.blobs.put(blobKeys.keysAndValues(chunk.segment), writeKeysAndValues(encoded.all));
  const segment = buildSegment(plan, chunk, encoded, text);
  await embedChunk(ctx, plan, chunk, hooks.control, { segment, text });
  await ctx.blobs.put(chunk.segment, writeSegment(segment));
}
