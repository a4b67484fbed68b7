// A chunk's passages -> their vectors, stored beside its segment.
import type { Control } from '@lectern/model';
import { quantizeKeys } from '@lectern/sparse-attn';
import { blobKeys } from '../blob-keys.ts';
import type { Chunk, ReaderContext, ReaderEmbedder, ReadingPlan } from '../contract.ts';
import { embeddingsKey } from '../segment/address.ts';
import { writeEmbeddings } from '../segment/embeddings.ts';
import { parseSegment, type Segment } from '../segment/format.ts';
import { type EmbeddedPassage, embeddedPassages } from './embedded-passages.ts';

/** The chunk's segment and text, where the caller has them; else they are read. Nothing is done where the vectors are stored. */
export async function embedChunk(
  { blobs, embedder }: ReaderContext, plan: ReadingPlan, chunk: Chunk, control?: Control, known?: { segment: Pick<Segment, 'byteStarts'>; text: Buffer },
): Promise<void> {
  if (embedder === undefined) return;
  const key = embeddingsKey(embedder, plan, chunk);
  if ((await blobs.stat(key)) !== undefined) return;
  const { byteStarts } = known?.segment ?? parseSegment(await blobs.get(chunk.segment), chunk.segment);
  const text = known?.text ?? (await blobs.getRange(blobKeys.text(plan.documentId), chunk.byteStart, chunk.byteEnd));
  await blobs.put(key, await encode(embedder, chunk.numBlocks, embeddedPassages(text, byteStarts, chunk, plan.trails), control));
}

async function encode({ embedder }: ReaderEmbedder, numBlocks: number, passages: readonly EmbeddedPassage[], control?: Control): Promise<Buffer> {
  const { dim } = embedder;
  const all = new Float32Array(passages.length * dim); // (numPassages, dim)
  for (const [i, vector] of (await embedder.embed(passages.map(({ text }) => text), control)).entries()) all.set(vector, i * dim);
  const { keys, scales } = quantizeKeys(all, dim);
  return writeEmbeddings({ numBlocks, dim, firstBlocks: Uint32Array.from(passages, ({ first }) => first), lastBlocks: Uint32Array.from(passages, ({ last }) => last), scales, vectors: keys });
}
