// All layers' keys and values of one chunk, int8 with a scale per vector: 12 KB per token for SmolLM2. Beside the segment, never in it,
// so that the index can be scanned alone and a chunk encoded on demand adds only what was missing.
import type { EncodedBlocks, KvHeadRef } from '@lectern/model';
import { quantizeKeys } from '@lectern/sparse-attn';
import { checkVersion } from '../stored-version.ts';
import { SectionReader, SectionWriter } from './binary.ts';

const MAGIC = 0x564b534c; // 'LSKV'
const VERSION = 1;

export function writeKeysAndValues(blocks: EncodedBlocks & { values: Float32Array }): Buffer {
  const { numTokens, heads } = blocks;
  const headDim = blocks.keys.length / (numTokens * heads.length);
  const keys = quantizeKeys(blocks.keys, headDim);
  const values = quantizeKeys(blocks.values, headDim);
  return new SectionWriter()
    .add(Uint32Array.of(MAGIC, VERSION, numTokens, headDim, heads.length))
    .add(Uint32Array.from(heads.flatMap((h) => [h.layer, h.kvHead])))
    .add(keys.scales).add(keys.keys).add(values.scales).add(values.keys)
    .bytes();
}

/** The chunk's tokens [from, to) go into (heads, out.numTokens, headDim) from token `at` on. */
export function readKeysAndValues(
  bytes: Uint8Array, what: string, expected: { heads: readonly KvHeadRef[]; headDim: number; numTokens: number },
  from: number, to: number, out: EncodedBlocks & { values: Float32Array }, at: number,
): void {
  const reader = new SectionReader(bytes, what);
  const [magic, version, numTokens, headDim, numHeads] = reader.uint32(5);
  reader.check(magic === MAGIC, 'no keys and values');
  checkVersion(version, VERSION, what);
  reader.check(numTokens === expected.numTokens && headDim === expected.headDim && numHeads === expected.heads.length,
    `${numTokens} tokens of ${numHeads} heads of ${headDim}, not ${expected.numTokens} of ${expected.heads.length} of ${expected.headDim}`);
  const pairs = reader.uint32(2 * numHeads);
  for (const [i, head] of expected.heads.entries()) reader.check(pairs[2 * i] === head.layer && pairs[2 * i + 1] === head.kvHead, `head ${i} is another`);
  for (const target of [out.keys, out.values]) {
    const scales = reader.float32(numHeads * numTokens);
    const quantized = reader.int8(numHeads * numTokens * headDim);
    for (let head = 0; head < numHeads; head++) {
      for (let token = from; token < to; token++) {
        const source = (head * numTokens + token) * headDim;
        const place = (head * out.numTokens + at + token - from) * headDim;
        const scale = scales[head * numTokens + token];
        for (let d = 0; d < headDim; d++) target[place + d] = quantized[source + d] * scale;
      }
    }
  }
  reader.end();
}
