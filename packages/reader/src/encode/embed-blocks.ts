// A chunk's blocks -> their vectors, stored beside its segment. Each is of the block's trail and its text: a block alone rarely says what it is about.
import type { Control } from '@lectern/model';
import { quantizeKeys } from '@lectern/sparse-attn';
import { blobKeys } from '../blob-keys.ts';
import { trailText } from '../chunk/trail.ts';
import type { Chunk, ReaderContext, ReaderEmbedder, ReadingPlan } from '../contract.ts';
import { embeddingsKey } from '../segment/address.ts';
import { writeEmbeddings } from '../segment/embeddings.ts';
import { parseSegment, type Segment } from '../segment/format.ts';

/** The chunk's segment and text, where the caller has them; else they are read. Nothing is done where the vectors are stored. */
export async function embedBlocks(
  { blobs, embedder }: ReaderContext, plan: ReadingPlan, chunk: Chunk, control?: Control, known?: { segment: Pick<Segment, 'byteStarts'>; text: Buffer },
): Promise<void> {
  if (embedder === undefined) return;
  const key = embeddingsKey(embedder, plan, chunk);
  if ((await blobs.stat(key)) !== undefined) return;
  const segment = known?.segment ?? parseSegment(await blobs.get(chunk.segment), chunk.segment);
  const text = known?.text ?? (await blobs.getRange(blobKeys.text(plan.documentId), chunk.byteStart, chunk.byteEnd));
  const texts = chunk.trails.map((trail, block) => embeddedText(plan.trails[trail]?.parts ?? [], text.toString('utf8', segment.byteStarts[block], segment.byteStarts[block + 1])));
  await blobs.put(key, await encode(embedder, texts, control));
}

const embeddedText = (trail: readonly string[], text: string): string => (trail.length === 0 ? text : `${trailText(trail)}\n${text}`);

async function encode({ embedder }: ReaderEmbedder, texts: readonly string[], control?: Control): Promise<Buffer> {
  const { dim } = embedder;
  const all = new Float32Array(texts.length * dim); // (numBlocks, dim)
  for (const [block, vector] of (await embedder.embed(texts, control)).entries()) all.set(vector, block * dim);
  const { keys, scales } = quantizeKeys(all, dim);
  return writeEmbeddings({ numBlocks: texts.length, dim, scales, vectors: keys });
}
