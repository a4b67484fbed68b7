// The attention route: how strongly the question's words look at each block through the retrieval heads.
import { addBlockScores, type AttentionEngine, blockLseParts, type BlockLsePartsArgs } from '@lectern/sparse-attn';
import type { Segment } from '../segment/format.ts';
import type { TrailEntry } from '../segment/trail-entry.ts';
import type { HeadQueries, QuestionPass } from './question.ts';

/** Per head of the pass: (numTrails, numVoting): exp(log-sum-exp - Z), the trail's part of each word's mass. */
export type TrailMass = Float32Array[];

export async function trailMass(engine: AttentionEngine, pass: QuestionPass, trails: readonly TrailEntry[]): Promise<TrailMass> {
  return Promise.all(pass.heads.map(async (head) => {
    const lse = await blockLseParts(engine, partsArgs(pass, head, trails));
    return lse.map((value, i) => Math.exp(value - head.z[i % pass.numVoting]));
  }));
}

/**
 * One score per block of consecutive chunks: for each head, weighted, the sum over the question's words t of log(exp(l - Z_t) + floor),
 * l = log(exp(l_own) + exp(l_trail)). The floor keeps a word that finds nothing from vetoing the block; the log makes it an AND over the
 * words. Independent of the rest of the document. `trails`: each block's trail, an index into the masses, -1 for none.
 */
export async function scoreSegments(
  engine: AttentionEngine, pass: QuestionPass, segments: readonly Segment[], trails: Int32Array, masses: TrailMass, floor: number,
): Promise<Float64Array> {
  const scores = new Float64Array(trails.length); // (numBlocks)
  for (const [h, head] of pass.heads.entries()) {
    const { z, weight } = head;
    await addBlockScores(engine, { ...partsArgs(pass, head, segments), z, extra: masses[h], extraOf: trails, floor, weight, scores });
  }
  return scores;
}

/** What is stored of the heads: a segment's blocks, or a trail, which is one block. */
type StoredKeys = Pick<TrailEntry, 'numTokens' | 'headDim' | 'keys' | 'keyScales'> & { tokenStarts?: Uint32Array };
type Keys = BlockLsePartsArgs['parts'][number];

const partsArgs = ({ softmaxScale, numVoting }: QuestionPass, { q, kvIndex }: HeadQueries, stored: readonly StoredKeys[]): BlockLsePartsArgs =>
  ({ q, headDim: q.length / numVoting, softmaxScale, parts: stored.map((entry) => keysOf(entry, kvIndex)) });

/** Views of each head's keys, for as long as what is stored is: later questions make none. */
const views = new WeakMap<StoredKeys, Keys[]>();

function keysOf(stored: StoredKeys, kvIndex: number): Keys {
  let ofHeads = views.get(stored);
  if (ofHeads === undefined) {
    ofHeads = [];
    views.set(stored, ofHeads);
  }
  ofHeads[kvIndex] ??= viewOf(stored, kvIndex);
  return ofHeads[kvIndex];
}

function viewOf({ numTokens, headDim, keys, keyScales, tokenStarts }: StoredKeys, kvIndex: number): Keys {
  return {
    keys: keys.subarray(kvIndex * numTokens * headDim, (kvIndex + 1) * numTokens * headDim),
    keyScales: keyScales.subarray(kvIndex * numTokens, (kvIndex + 1) * numTokens),
    blockStarts: tokenStarts === undefined ? Int32Array.of(0, numTokens) : new Int32Array(tokenStarts.buffer, tokenStarts.byteOffset, tokenStarts.length),
  };
}

/** The same sum for one block of one head, `lse` from `at` on; for calibration, which has the words of many questions in one list. */
export function blockScore(lse: Float32Array, at: number, z: Float32Array, floor: number): number {
  let score = 0;
  for (let t = 0; t < z.length; t++) score += Math.log(Math.exp(lse[at + t] - z[t]) + floor);
  return score;
}
