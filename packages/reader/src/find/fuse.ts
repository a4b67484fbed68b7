// Reciprocal rank fusion: ranks are comparable between routes where scores are not.
import type { RetrievalSettings } from '@lectern/model';
import type { Route } from '@lectern/shared';

const K = 20;
const DEPTH = 300;
/**
 * What a rank counts by its route, where calibration did not weigh the model's attention. That of a small model's few heads is the noisiest: first /
 * among 8 were, with equal weights and with these, of structured documents' questions .83 / .99 and .83 / .99 (65K tokens, n 243), of paraphrased
 * facts .17 / .51 and .20 / .58 (128K, n 222), of XQuAD's .83 / 1.00 and .84 / 1.00 (128K, n 200). SmolLM2; the weights were chosen on these same
 * questions. A second look sees more of the question than any of them: it all but decides among what it looked at, and the rest stands behind.
 */
const WEIGHTS: RouteWeights = { attention: 0.5, bm25: 1, embedding: 1, 'second-look': 10 };

export type RouteWeights = Readonly<Record<Route, number>>;

/** For this index model. */
export const weightsOf = ({ attentionWeight = WEIGHTS.attention }: Pick<RetrievalSettings, 'attentionWeight'>): RouteWeights => ({ ...WEIGHTS, attention: attentionWeight });

export interface FusedHit {
  block: number;
  score: number; // sum over routes of weight * worth / (K + rank)
  ranks: Partial<Record<Route, number>>; // 1-based, for the routes that ranked it within DEPTH
}

/** The first DEPTH blocks by falling score, ties by block id; only scores above `above`. */
export function rankBlocks(scores: Float64Array, above: number): number[] {
  const before = (a: number, b: number): number => scores[b] - scores[a] || a - b;
  let candidates: number[] = [];
  let least = above; // the score of the last of the first DEPTH so far: a later block must be above it
  for (let b = 0; b < scores.length; b++) {
    if (!(scores[b] > least)) continue;
    candidates.push(b);
    if (candidates.length < 4 * DEPTH) continue;
    candidates = candidates.sort(before).slice(0, DEPTH);
    least = scores[candidates[DEPTH - 1]];
  }
  return candidates.sort(before).slice(0, DEPTH);
}

export interface Ranking {
  route: Route;
  blocks: readonly number[];
  /** What each block's rank counts, 0 to 1, never rising; absent: 1. A rank among blocks that hardly match says little. */
  worth?: readonly number[];
  /** 1-based, never falling; absent: 1, 2, ... Blocks that are ranked by one and the same sentence share its rank. */
  ranks?: readonly number[];
  /** Of the blocks those that are as good as each other for another reason: all share the rank in the middle of them, beside their own. */
  favoured?: readonly number[];
}

/** Ranks of blocks in falling order of score: equal scores share one. */
export function sharedRanks(blocks: readonly number[], scores: Float64Array): number[] {
  let rank = 0;
  return blocks.map((block, i) => (i > 0 && scores[block] === scores[blocks[i - 1]] ? rank : ++rank));
}

export function fuse(rankings: readonly Ranking[], top: number, weights = WEIGHTS): FusedHit[] {
  const hits = new Map<number, FusedHit>();
  for (const { route, blocks, worth, ranks, favoured = [] } of rankings) {
    const isFavoured = new Set(favoured);
    const favour = weights[route] / (K + (favoured.length + 1) / 2);
    blocks.slice(0, DEPTH).forEach((block, i) => {
      const hit = hits.get(block) ?? { block, score: 0, ranks: {} };
      const rank = ranks?.[i] ?? i + 1;
      hit.score += (weights[route] * (worth?.[i] ?? 1)) / (K + rank) + (isFavoured.has(block) ? favour : 0);
      hit.ranks[route] = rank;
      hits.set(block, hit);
    });
  }
  return distinct([...hits.values()].sort((a, b) => b.score - a.score || a.block - b.block), top);
}

/**
 * The first `top` hits. Neighbours that the same sentence ranks (they share its embedding rank) would show it twice, for a passage is widened to
 * whole sentences: the better one stands for both.
 */
function distinct(sorted: readonly FusedHit[], top: number): FusedHit[] {
  const rankOf = new Map<number, number | undefined>();
  const kept: FusedHit[] = [];
  for (const hit of sorted) {
    if (kept.length === top) break;
    const { block, ranks: { embedding } } = hit;
    const isShown = embedding !== undefined && [block - 1, block + 1].some((neighbour) => rankOf.get(neighbour) === embedding);
    rankOf.set(block, embedding);
    if (!isShown) kept.push(hit);
  }
  return kept;
}
