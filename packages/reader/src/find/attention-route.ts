// The attention route: how strongly the question's words look at each block through the retrieval heads.
import { type AttentionEngine, blockLseParts, type BlockLsePartsArgs, type BlockScoresArgs, startBlockScores } from '@lectern/sparse-attn';
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
export function scoreSegments(
  engine: AttentionEngine, pass: QuestionPass, segments: readonly Segment[], trails: Int32Array, masses: TrailMass, floor: number,
): Promise<Float64Array> {
  return startScoring(engine, pass, segments, trails, masses, floor)();
}

/** The same, begun on the engine's other threads: what is returned must be called, and ends it. */
export function startScoring(
  engine: AttentionEngine, pass: QuestionPass, segments: readonly Segment[], trails: Int32Array, masses: TrailMass, floor: number,
): () => Promise<Float64Array> {
  const scores = new Float64Array(trails.length); // (numBlocks)
  const { heads, numVoting, softmaxScale } = pass;
  const end = startBlockScores(engine, {
    heads: heads.map(({ q, kvIndex, z, weight }, h) => ({ q, kvHead: kvIndex, z, weight, extra: masses[h] })),
    headDim: heads[0].q.length / numVoting, softmaxScale, parts: segments.map(partOf), extraOf: trails, floor, scores,
  });
  return async () => {
    await end();
    return scores;
  };
}

/** For as long as what is stored is: later questions make none. */
const parts = new WeakMap<Segment, BlockScoresArgs['parts'][number]>();

function partOf(segment: Segment): BlockScoresArgs['parts'][number] {
  let part = parts.get(segment);
  if (part === undefined) {
    const { keys, keyScales, tokenStarts } = segment;
    part = { keys, keyScales, blockStarts: new Int32Array(tokenStarts.buffer, tokenStarts.byteOffset, tokenStarts.length) };
    parts.set(segment, part);
  }
  return part;
}

const partsArgs = ({ softmaxScale, numVoting }: QuestionPass, { q, kvIndex }: HeadQueries, trails: readonly TrailEntry[]): BlockLsePartsArgs =>
  ({ q, headDim: q.length / numVoting, softmaxScale, parts: trails.map((trail) => keysOf(trail, kvIndex)) });

type Keys = BlockLsePartsArgs['parts'][number];
/** Of trails, by head: as above. */
const views = new WeakMap<TrailEntry, Keys[]>();

/** A trail is one block. */
function keysOf(trail: TrailEntry, kvIndex: number): Keys {
  let ofHeads = views.get(trail);
  if (ofHeads === undefined) {
    ofHeads = [];
    views.set(trail, ofHeads);
  }
  const { numTokens, headDim, keys, keyScales } = trail;
  ofHeads[kvIndex] ??= {
    keys: keys.subarray(kvIndex * numTokens * headDim, (kvIndex + 1) * numTokens * headDim),
    keyScales: keyScales.subarray(kvIndex * numTokens, (kvIndex + 1) * numTokens),
    blockStarts: Int32Array.of(0, numTokens),
  };
  return ofHeads[kvIndex];
}

/** The same sum for one block of one head, `lse` from `at` on; for calibration, which has the words of many questions in one list. */
export function blockScore(lse: Float32Array, at: number, z: Float32Array, floor: number): number {
  let score = 0;
  for (let t = 0; t < z.length; t++) score += Math.log(Math.exp(lse[at + t] - z[t]) + floor);
  return score;
}
