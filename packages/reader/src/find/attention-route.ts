// The attention route: how strongly the question's words look at each block through the retrieval heads.
import type { AttentionEngine, BlockLseArgs } from '@lectern/sparse-attn';
import type { Segment } from '../segment/format.ts';
import type { TrailEntry } from '../segment/trail-entry.ts';
import type { QuestionPass } from './question.ts';

/** Per head of the pass: (numTrails, numVoting). */
export type TrailLse = Float32Array[];

export async function trailLse(engine: AttentionEngine, pass: QuestionPass, trails: readonly TrailEntry[]): Promise<TrailLse> {
  const blockStarts = new Int32Array(trails.length + 1);
  trails.forEach((t, i) => { blockStarts[i + 1] = blockStarts[i] + t.numTokens; });
  const numKeys = blockStarts[trails.length];
  return Promise.all(pass.heads.map(async ({ q, kvIndex }) => {
    if (numKeys === 0) return new Float32Array(trails.length * pass.numVoting).fill(Number.NEGATIVE_INFINITY);
    const headDim = q.length / pass.numVoting;
    const keys = new Int8Array(numKeys * headDim);
    const keyScales = new Float32Array(numKeys);
    trails.forEach((t, i) => {
      keys.set(t.keys.subarray(kvIndex * t.numTokens * headDim, (kvIndex + 1) * t.numTokens * headDim), blockStarts[i] * headDim);
      keyScales.set(t.keyScales.subarray(kvIndex * t.numTokens, (kvIndex + 1) * t.numTokens), blockStarts[i]);
    });
    return await engine.blockLse({ q, keys, keyScales, blockStarts, headDim, softmaxScale: pass.softmaxScale });
  }));
}

/** One score per block of the segment: the heads' scores, combined. `trails`: each block's trail, -1 for none. */
export async function scoreSegment(
  engine: AttentionEngine, pass: QuestionPass, segment: Segment, trails: readonly number[], trailScores: TrailLse, floor: number,
): Promise<Float64Array> {
  const { numTokens, numBlocks, headDim } = segment;
  const { numVoting } = pass;
  const perHead: Float64Array[] = [];
  for (const [h, { q, z, kvIndex }] of pass.heads.entries()) {
    const args: BlockLseArgs = {
      q, headDim, softmaxScale: pass.softmaxScale,
      keys: segment.keys.subarray(kvIndex * numTokens * headDim, (kvIndex + 1) * numTokens * headDim),
      keyScales: segment.keyScales.subarray(kvIndex * numTokens, (kvIndex + 1) * numTokens),
      blockStarts: Int32Array.from(segment.tokenStarts),
    };
    const lse = await engine.blockLse(args); // (numBlocks, numVoting)
    const scores = new Float64Array(numBlocks);
    for (let b = 0; b < numBlocks; b++) {
      const trail = trails[b] < 0 ? undefined : trailScores[h].subarray(trails[b] * numVoting, (trails[b] + 1) * numVoting);
      scores[b] = blockScore(lse.subarray(b * numVoting, (b + 1) * numVoting), trail, z, floor);
    }
    perHead.push(scores);
  }
  return combineHeads(perHead, pass.heads.map((head) => head.weight));
}

/**
 * sum over the question's words t of log(exp(l - Z_t) + floor), l = log(exp(l_own) + exp(l_trail)). The floor keeps a word that finds
 * nothing from vetoing the block; the log makes it an AND over the words. Independent of the rest of the document.
 */
export function blockScore(own: Float32Array, trail: Float32Array | undefined, z: Float32Array, floor: number): number {
  let score = 0;
  for (let t = 0; t < own.length; t++) {
    const mass = Math.exp(own[t] - z[t]) + (trail === undefined ? 0 : Math.exp(trail[t] - z[t]));
    score += Math.log(mass + floor);
  }
  return score;
}

/** Weighted sum: the heads' scores are log-masses of the same words. */
export function combineHeads(perHead: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const combined = new Float64Array(perHead[0]?.length ?? 0);
  for (const [h, scores] of perHead.entries()) {
    for (const [b, score] of scores.entries()) combined[b] += weights[h] * score;
  }
  return combined;
}
