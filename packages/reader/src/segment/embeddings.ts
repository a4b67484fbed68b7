// The stored vectors of one chunk's blocks: a unit vector each, in 8 bits with a scale.
import { checkVersion } from '../stored-version.ts';
import { SectionReader, SectionWriter } from './binary.ts';

/** Part of every address: a new version, or another text that is embedded, never reads an old file. */
export const EMBEDDINGS_VERSION = 1;
const MAGIC = 0x424d454c; // 'LEMB'
const MAX_BLOCKS = 1 << 10;
const MAX_DIM = 1 << 13;

export interface BlockEmbeddings {
  numBlocks: number;
  dim: number;
  scales: Float32Array; // (numBlocks)
  vectors: Int8Array; // (numBlocks, dim): times its scale, a block's vector
}

export function writeEmbeddings({ numBlocks, dim, scales, vectors }: BlockEmbeddings): Buffer {
  return new SectionWriter().add(Uint32Array.of(MAGIC, EMBEDDINGS_VERSION, numBlocks, dim)).add(scales).add(vectors).bytes();
}

export function parseEmbeddings(bytes: Uint8Array, what: string): BlockEmbeddings {
  const reader = new SectionReader(bytes, what);
  const [magic, version, numBlocks, dim] = reader.uint32(4);
  reader.check(magic === MAGIC, 'no embeddings');
  checkVersion(version, EMBEDDINGS_VERSION, what);
  reader.check(numBlocks > 0 && numBlocks <= MAX_BLOCKS && dim > 0 && dim <= MAX_DIM, `${numBlocks} blocks of ${dim}`);
  const embeddings = { numBlocks, dim, scales: reader.float32(numBlocks), vectors: reader.int8(numBlocks * dim) };
  reader.end();
  reader.check(embeddings.scales.every(Number.isFinite), 'scales that are no numbers');
  return embeddings;
}
