// The stored form of one trail: its words and its retrieval heads' keys. Blocks under it share it.
import type { KvHeadRef } from '@lectern/model';
import { checkVersion } from '../stored-version.ts';
import { SectionReader, SectionWriter } from './binary.ts';
import type { TermCounts } from './words.ts';

const MAGIC = 0x4c52544c; // 'LTRL'
const VERSION = 1;
const MAX_TOKENS = 4096;

export interface TrailEntry {
  numTokens: number;
  headDim: number;
  heads: KvHeadRef[];
  terms: TermCounts;
  keyScales: Float32Array; // (heads.length, numTokens)
  keys: Int8Array; // (heads.length, numTokens, headDim), before RoPE
}

export function writeTrailEntry(entry: TrailEntry): Buffer {
  const { numTokens, headDim, heads, terms } = entry;
  return new SectionWriter()
    .add(Uint32Array.of(MAGIC, VERSION, numTokens, headDim, heads.length, terms.hashes.length, terms.numWords))
    .add(Uint32Array.from(heads.flatMap((h) => [h.layer, h.kvHead])))
    .add(terms.hashes).add(terms.counts)
    .add(entry.keyScales).add(entry.keys)
    .bytes();
}

export function parseTrailEntry(bytes: Uint8Array, what: string): TrailEntry {
  const reader = new SectionReader(bytes, what);
  const [magic, version, numTokens, headDim, numHeads, numTerms, numWords] = reader.uint32(7);
  reader.check(magic === MAGIC, 'no trail');
  checkVersion(version, VERSION, what);
  reader.check(numTokens <= MAX_TOKENS && headDim > 0 && headDim <= 1024, `${numTokens} tokens, heads of ${headDim}`);
  const pairs = reader.uint32(2 * numHeads);
  const entry: TrailEntry = {
    numTokens, headDim,
    heads: Array.from({ length: numHeads }, (_, i) => ({ layer: pairs[2 * i], kvHead: pairs[2 * i + 1] })),
    terms: { hashes: reader.uint32(numTerms), counts: reader.uint32(numTerms), numWords },
    keyScales: reader.float32(numHeads * numTokens),
    keys: reader.int8(numHeads * numTokens * headDim),
  };
  reader.end();
  return entry;
}
