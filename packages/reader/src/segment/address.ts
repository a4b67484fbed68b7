// Content addresses of segments and trails: what the stored bytes are a function of, and the tenant, and nothing else.
// `keep` is not in it: keys and values of all layers are a blob of their own beside the segment.
import { createHash } from 'node:crypto';
import type { KvHeadRef } from '@lectern/model';
import { blobKeys } from '../blob-keys.ts';
import type { Chunk, ReaderEmbedder, ReadingPlan } from '../contract.ts';
import { EMBEDDINGS_VERSION } from './embeddings.ts';
import { SEGMENT_VERSION } from './format.ts';

export interface AddressBase {
  /** Model id and file digest. */
  model: string;
  tenant: string;
  heads: readonly KvHeadRef[];
  prefixIds: Int32Array;
}

export const segmentKey = (base: AddressBase, chunk: { overlapIds: Int32Array; ids: Int32Array; text: Uint8Array }): string =>
  blobKeys.segment(digest(base, 'segment', [bytesOf(chunk.overlapIds), bytesOf(chunk.ids), chunk.text]));

export const trailKey = (base: AddressBase, text: string): string => blobKeys.trail(digest(base, 'trail', [Buffer.from(text)]));

/**
 * Of a chunk's embeddings: the embedder, the blocks (by their segment, whose address holds text, tokens and tenant), the trail that is open
 * where the chunk begins, and those of the headings within it with their places.
 */
export function embeddingsKey(
  { id, sha256 }: Pick<ReaderEmbedder, 'id' | 'sha256'>, plan: Pick<ReadingPlan, 'trails'>, chunk: Pick<Chunk, 'segment' | 'trails' | 'charStart' | 'headings'>,
): string {
  const addressOf = (trail: number): string | null => plan.trails[trail]?.segment ?? null;
  const trails = [addressOf(chunk.trails[0]), ...chunk.headings.map(({ charStart, trail }) => [charStart - chunk.charStart, addressOf(trail)])];
  return blobKeys.embeddings(createHash('sha256').update(JSON.stringify(['embeddings', EMBEDDINGS_VERSION, id, sha256, chunk.segment, trails])).digest('hex'));
}

function digest(base: AddressBase, kind: string, parts: readonly Uint8Array[]): string {
  const heads = base.heads.map((h) => `${h.layer}.${h.kvHead}`).join(',');
  const hash = createHash('sha256');
  // Every part with its length: no two lists of parts run together into the same bytes.
  for (const part of [Buffer.from(JSON.stringify([kind, SEGMENT_VERSION, base.model, base.tenant, heads])), bytesOf(base.prefixIds), ...parts]) {
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest('hex');
}

const bytesOf = (ids: Int32Array): Uint8Array => new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
