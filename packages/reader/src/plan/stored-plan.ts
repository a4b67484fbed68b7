// A reading's plan on the blob store, and its manifest: the same plan, written when all it names is there.
import { ServiceError, type BlobStore } from '@lectern/shared';
import { z } from 'zod';
import { blobKeys } from '../blob-keys.ts';
import type { ReadingPlan } from '../contract.ts';
import { parseJson } from './stored-document.ts';

/** A plan of another version may name segments and offsets that mean something else. */
export const PLAN_VERSION = 2;

const count = z.int().min(0);
const planSchema = z.strictObject({
  version: z.literal(PLAN_VERSION),
  readingId: z.string(),
  documentId: z.string(),
  model: z.string(),
  keep: z.enum(['index', 'all']),
  numTokens: count,
  numChars: count,
  numBlocks: count,
  heads: z.array(z.strictObject({ layer: count, kvHead: count })),
  chunks: z.array(z.strictObject({
    index: count, tokenStart: count, tokenEnd: count, overlapStart: count, byteStart: count, byteEnd: count, charStart: count, charEnd: count,
    lineStart: z.int().min(1), blockStart: count, numBlocks: count, segment: z.string(), trails: z.array(z.int().min(-1)),
    headings: z.array(z.strictObject({ charStart: count, trail: z.int().min(-1) })),
  })),
  trails: z.array(z.strictObject({ parts: z.array(z.string()), segment: z.string() })),
});

export async function storePlan(blobs: BlobStore, plan: ReadingPlan): Promise<void> {
  await blobs.put(blobKeys.plan(plan.readingId), Buffer.from(JSON.stringify(plan)));
}

export async function loadPlan(blobs: BlobStore, readingId: string): Promise<ReadingPlan> {
  const key = blobKeys.plan(readingId);
  return parseJson(await blobs.get(key), planSchema, { key, version: PLAN_VERSION });
}

export async function storeManifest(blobs: BlobStore, plan: ReadingPlan): Promise<void> {
  await blobs.put(blobKeys.manifest(plan.readingId), Buffer.from(JSON.stringify(plan)));
}

/** A sealed reading. */
export async function loadReading(blobs: BlobStore, readingId: string): Promise<ReadingPlan> {
  const key = blobKeys.manifest(readingId);
  if ((await blobs.stat(key)) === undefined) {
    throw new ServiceError('RESULT_NOT_READY', `reading ${readingId} is not sealed yet`, { details: { readingId } });
  }
  return parseJson(await blobs.get(key), planSchema, { key, version: PLAN_VERSION });
}
