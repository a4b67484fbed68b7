// An encoded chunk -> its segment: block places, words and int8 keys.
import { BLOCK_SIZE, quantizeKeys } from '@lectern/sparse-attn';
import { alignForward, countCodePoints } from '../characters.ts';
import type { Chunk, ReadingPlan } from '../contract.ts';
import type { Segment } from '../segment/format.ts';
import { countTerms, wordsOf } from '../segment/words.ts';
import type { EncodedChunk } from './chunk-pass.ts';

/** `text`: the chunk's own bytes. */
export function buildSegment(plan: ReadingPlan, chunk: Chunk, encoded: EncodedChunk, text: Buffer): Segment {
  const numTokens = encoded.ids.length;
  const { numBlocks } = chunk;
  const tokenStarts = new Uint32Array(numBlocks + 1);
  const byteStarts = new Uint32Array(numBlocks + 1);
  const charStarts = new Uint32Array(numBlocks + 1);
  for (let block = 1; block <= numBlocks; block++) {
    const isEnd = block === numBlocks;
    tokenStarts[block] = isEnd ? numTokens : block * BLOCK_SIZE;
    // A character that tokens split belongs to the block in which it starts.
    byteStarts[block] = isEnd ? text.length : alignForward(text, encoded.byteStarts[block * BLOCK_SIZE] - chunk.byteStart);
    charStarts[block] = charStarts[block - 1] + countCodePoints(text, byteStarts[block - 1], byteStarts[block]);
  }
  const headDim = encoded.index.keys.length / (plan.heads.length * numTokens);
  const { keys, scales } = quantizeKeys(encoded.index.keys, headDim);
  return {
    numTokens, numBlocks, headDim, heads: plan.heads,
    tokenStarts, byteStarts, charStarts, ...blockTerms(text, byteStarts), keyScales: scales, keys,
  };
}

/** A word that a block's end splits belongs to the block in which it starts. */
function blockTerms(text: Buffer, byteStarts: Uint32Array): Pick<Segment, 'numWords' | 'termStarts' | 'termHashes' | 'termCounts'> {
  const numBlocks = byteStarts.length - 1;
  const stems: string[][] = Array.from({ length: numBlocks }, () => []);
  const whole = text.toString('utf8');
  let unit = 0;
  let byte = 0;
  let block = 0;
  for (const word of wordsOf(whole)) {
    byte += Buffer.byteLength(whole.slice(unit, word.start));
    unit = word.start;
    while (block + 1 < numBlocks && byte >= byteStarts[block + 1]) block++;
    stems[block].push(word.stem);
  }
  const terms = stems.map(countTerms);
  const termStarts = new Uint32Array(numBlocks + 1);
  terms.forEach((t, i) => { termStarts[i + 1] = termStarts[i] + t.hashes.length; });
  const termHashes = new Uint32Array(termStarts[numBlocks]);
  const termCounts = new Uint32Array(termStarts[numBlocks]);
  terms.forEach((t, i) => {
    termHashes.set(t.hashes, termStarts[i]);
    termCounts.set(t.counts, termStarts[i]);
  });
  return { numWords: Uint32Array.from(terms, (t) => t.numWords), termStarts, termHashes, termCounts };
}
