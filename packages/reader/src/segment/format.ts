// The segment of one chunk: where its blocks lie, the words in each, and the retrieval heads' int8 keys. Offsets are relative to the chunk.
import type { KvHeadRef } from '@lectern/model';
import { BLOCK_SIZE } from '@lectern/sparse-attn';
import { checkVersion } from '../stored-version.ts';
import { checkAscending, SectionReader, SectionWriter } from './binary.ts';

/** Part of every address: a new version never reads an old file. */
export const SEGMENT_VERSION = 2;
const MAGIC = 0x4745534c; // 'LSEG'
const HEADER_LENGTH = 8;
const MAX_TOKENS = 1 << 16;
const MAX_HEADS = 1 << 12;

export interface Segment {
  numTokens: number;
  numBlocks: number;
  headDim: number;
  heads: KvHeadRef[];
  tokenStarts: Uint32Array; // (numBlocks + 1)
  byteStarts: Uint32Array; // (numBlocks + 1): of each block's first whole character
  charStarts: Uint32Array; // (numBlocks + 1): code points
  numWords: Uint32Array; // (numBlocks)
  termStarts: Uint32Array; // (numBlocks + 1) into the next two
  termHashes: Uint32Array; // ascending within a block
  termCounts: Uint32Array;
  keyScales: Float32Array; // (heads.length, numTokens)
  keys: Int8Array; // (heads.length, numTokens, headDim), before RoPE
}

export function writeSegment(segment: Segment): Buffer {
  const { numTokens, numBlocks, headDim, heads, termHashes } = segment;
  return new SectionWriter()
    .add(Uint32Array.of(MAGIC, SEGMENT_VERSION, numTokens, numBlocks, headDim, heads.length, termHashes.length, 0))
    .add(Uint32Array.from(heads.flatMap((h) => [h.layer, h.kvHead])))
    .add(segment.tokenStarts).add(segment.byteStarts).add(segment.charStarts)
    .add(segment.numWords).add(segment.termStarts).add(termHashes).add(segment.termCounts)
    .add(segment.keyScales).add(segment.keys)
    .bytes();
}

export function parseSegment(bytes: Uint8Array, what: string): Segment {
  const reader = new SectionReader(bytes, what);
  const [magic, version, numTokens, numBlocks, headDim, numHeads, numTerms] = reader.uint32(HEADER_LENGTH);
  reader.check(magic === MAGIC, 'no segment');
  checkVersion(version, SEGMENT_VERSION, what);
  reader.check(numTokens > 0 && numTokens <= MAX_TOKENS && numHeads > 0 && numHeads <= MAX_HEADS && headDim > 0 && headDim <= 1024,
    `${numTokens} tokens, ${numHeads} heads of ${headDim}`);
  reader.check(numBlocks === Math.ceil(numTokens / BLOCK_SIZE), `${numBlocks} blocks of ${numTokens} tokens`);
  const headPairs = reader.uint32(2 * numHeads);
  const segment: Segment = {
    numTokens, numBlocks, headDim,
    heads: Array.from({ length: numHeads }, (_, i) => ({ layer: headPairs[2 * i], kvHead: headPairs[2 * i + 1] })),
    tokenStarts: reader.uint32(numBlocks + 1),
    byteStarts: reader.uint32(numBlocks + 1),
    charStarts: reader.uint32(numBlocks + 1),
    numWords: reader.uint32(numBlocks),
    termStarts: reader.uint32(numBlocks + 1),
    termHashes: reader.uint32(numTerms),
    termCounts: reader.uint32(numTerms),
    keyScales: reader.float32(numHeads * numTokens),
    keys: reader.int8(numHeads * numTokens * headDim),
  };
  reader.end();
  checkAscending(reader, segment.tokenStarts, numTokens, 'token starts');
  checkAscending(reader, segment.byteStarts, segment.byteStarts[numBlocks], 'byte starts');
  checkAscending(reader, segment.charStarts, segment.charStarts[numBlocks], 'character starts');
  checkAscending(reader, segment.termStarts, numTerms, 'term starts');
  reader.check(segment.keyScales.every(Number.isFinite), 'key scales that are no numbers');
  return segment;
}
