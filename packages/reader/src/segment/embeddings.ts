// The stored vectors of one chunk's passages (embedded-passages.ts): a unit vector each, in 8 bits with a scale, and the blocks it speaks for.
import { checkVersion } from '../stored-version.ts';
import { SectionReader, SectionWriter } from './binary.ts';

/** Part of every address: a new version, or another text that is embedded, never reads an old file. */
export const EMBEDDINGS_VERSION = 2;
const MAGIC = 0x424d454c; // 'LEMB'
const MAX_BLOCKS = 1 << 10;
const MAX_PASSAGES = 1 << 16;
const MAX_DIM = 1 << 13;

export interface ChunkEmbeddings {
  numBlocks: number;
  dim: number;
  firstBlocks: Uint32Array; // (numPassages), ascending; of the chunk
  lastBlocks: Uint32Array; // (numPassages)
  scales: Float32Array; // (numPassages)
  vectors: Int8Array; // (numPassages, dim): times its scale, a passage's vector
}

export function writeEmbeddings({ numBlocks, dim, firstBlocks, lastBlocks, scales, vectors }: ChunkEmbeddings): Buffer {
  return new SectionWriter().add(Uint32Array.of(MAGIC, EMBEDDINGS_VERSION, numBlocks, firstBlocks.length, dim)).add(firstBlocks).add(lastBlocks).add(scales).add(vectors).bytes();
}

export function parseEmbeddings(bytes: Uint8Array, what: string): ChunkEmbeddings {
  const reader = new SectionReader(bytes, what);
  const [magic, version, numBlocks, numPassages, dim] = reader.uint32(5);
  reader.check(magic === MAGIC, 'no embeddings');
  checkVersion(version, EMBEDDINGS_VERSION, what);
  reader.check(numBlocks > 0 && numBlocks <= MAX_BLOCKS && numPassages <= MAX_PASSAGES && dim > 0 && dim <= MAX_DIM, `${numBlocks} blocks, ${numPassages} vectors of ${dim}`);
  const firstBlocks = reader.uint32(numPassages);
  const lastBlocks = reader.uint32(numPassages);
  const embeddings = { numBlocks, dim, firstBlocks, lastBlocks, scales: reader.float32(numPassages), vectors: reader.int8(numPassages * dim) };
  reader.end();
  reader.check(embeddings.scales.every(Number.isFinite), 'scales that are no numbers');
  reader.check(lastBlocks.every((last, i) => last < numBlocks && firstBlocks[i] <= last && firstBlocks[i] >= (firstBlocks[i - 1] ?? 0)), 'vectors of other blocks');
  return embeddings;
}
