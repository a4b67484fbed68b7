// The whole way of reading in one process, without a queue: for evaluation, benchmarks and libraries.
import { createHash } from 'node:crypto';
import { documentIdOf, readingIdOf, type MediaType } from '@lectern/shared';
import { blobKeys } from './blob-keys.ts';
import type { EncodeHooks, ExtractLimits, ReaderContext, ReadingPlan } from './contract.ts';
import { encodeChunks } from './encode/encode-chunks.ts';
import { sealReading } from './encode/seal.ts';
import { detectMediaType } from './extract/media-type.ts';
import { planReading } from './plan/plan.ts';

export interface ReadDocumentArgs extends EncodeHooks {
  bytes: Uint8Array;
  name: string;
  /** Detected when absent. */
  mediaType?: MediaType;
  keep?: 'index' | 'all';
  limits?: ExtractLimits;
}

export const DEFAULT_EXTRACT_LIMITS: ExtractLimits = { maxBytes: 256 * 1024 * 1024, maxChars: 200_000_000, maxPages: 20_000 };

export async function readDocument(ctx: ReaderContext, args: ReadDocumentArgs): Promise<ReadingPlan> {
  const { bytes, name, keep = 'index', limits = DEFAULT_EXTRACT_LIMITS, control, onChunk } = args;
  const mediaType = args.mediaType ?? detectMediaType(name, bytes);
  const documentId = documentIdOf(ctx.tenant, mediaType, createHash('sha256').update(bytes).digest('hex'));
  const readingId = readingIdOf(ctx.tenant, documentId, ctx.model.id, keep);
  await ctx.blobs.put(blobKeys.source(documentId), bytes);
  const hooks: EncodeHooks = { ...(control === undefined ? {} : { control }), ...(onChunk === undefined ? {} : { onChunk }) };
  const plan = await planReading(ctx, { documentId, readingId, keep, name, mediaType, limits, ...(control === undefined ? {} : { control }) });
  await encodeChunks(ctx, plan, { from: 0, to: plan.chunks.length }, hooks);
  await sealReading(ctx, plan);
  return plan;
}
