// The attention route: how strongly the question's words look at each block through the retrieval heads.
import { type AttentionEngine, blockLseParts } from '@lectern/sparse-attn';
import type { Segment } from '../segment/format.ts';
import type { TrailEntry } from '../segment/trail-entry.ts';
import type { HeadQueries, QuestionPass } from './question.ts';

/** Per head of the pass: (numTrails, numVoting): exp(log-sum-exp - Z), the trail's part of each word's mass. */
export type TrailMass = Float64Array[];

export async function trailMass(engine: AttentionEngine, pass: QuestionPass, trails: readonly TrailEntry[]): Promise<TrailMass> {
  return Promise.all(pass.heads.map(async (head) => {
    const lse = await headLse(engine, pass, head, trails);
    return Float64Array.from(lse, (value, i) => Math.exp(value - head.z[i % pass.numVoting]));
  }));
}

/** Of consecutive chunks: one score per block of theirs, the heads' scores combined. `trails`: each block's trail, -1 for none. */
export async function scoreSegments(
  engine: AttentionEngine, pass: QuestionPass, segments: readonly Segment[], trails: readonly number[], masses: TrailMass, floor: number,
): Promise<Float64Array> {
  const { numVoting } = pass;
  const scores = new Float64Array(trails.length); // (numBlocks)
  for (const [h, head] of pass.heads.entries()) {
    const lse = await headLse(engine, pass, head, segments); // (numBlocks, numVoting)
    for (let b = 0; b < scores.length; b++) {
      scores[b] += head.weight * blockScore(lse, b * numVoting, head.z, masses[h], trails[b] * numVoting, floor);
    }
  }
  return scores;
}

/** What is stored of the heads: a segment's blocks, or a trail, which is one block. */
type StoredKeys = Pick<TrailEntry, 'numTokens' | 'headDim' | 'keys' | 'keyScales'> & { tokenStarts?: Uint32Array };

async function headLse(engine: AttentionEngine, { softmaxScale, numVoting }: QuestionPass, { q, kvIndex }: HeadQueries, stored: readonly StoredKeys[]): Promise<Float32Array> {
  if (stored.length === 0) return new Float32Array(0);
  return blockLseParts(engine, {
    q, headDim: q.length / numVoting, softmaxScale,
    parts: stored.map(({ numTokens, headDim, keys, keyScales, tokenStarts }) => ({
      keys: keys.subarray(kvIndex * numTokens * headDim, (kvIndex + 1) * numTokens * headDim),
      keyScales: keyScales.subarray(kvIndex * numTokens, (kvIndex + 1) * numTokens),
      blockStarts: tokenStarts === undefined ? Int32Array.of(0, numTokens) : new Int32Array(tokenStarts.buffer, tokenStarts.byteOffset, tokenStarts.length),
    })),
  });
}

/** Products of masses stay far inside a double's range, so that a block takes one logarithm instead of one for each word. */
const LEAST_PRODUCT = 1e-200;
const LARGEST_PRODUCT = 1e200;

/**
 * sum over the question's words t of log(exp(l - Z_t) + floor), l = log(exp(l_own) + exp(l_trail)). The floor keeps a word that finds
 * nothing from vetoing the block; the log makes it an AND over the words. Independent of the rest of the document.
 * `lse` from `at` on: l_own of the block; `trailMasses` from `trailAt` on: exp(l_trail - Z), none where that is negative.
 */
export function blockScore(lse: Float32Array, at: number, z: Float32Array, trailMasses: Float64Array | undefined, trailAt: number, floor: number): number {
  let score = 0;
  let product = 1;
  for (let t = 0; t < z.length; t++) {
    const mass = Math.exp(lse[at + t] - z[t]) + (trailMasses === undefined || trailAt < 0 ? 0 : trailMasses[trailAt + t]) + floor;
    const next = product * mass;
    if (next > LEAST_PRODUCT && next < LARGEST_PRODUCT) {
      product = next;
    } else {
      score += Math.log(product) + Math.log(mass);
      product = 1;
    }
  }
  return score + Math.log(product);
}
