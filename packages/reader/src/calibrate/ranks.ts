// From scores of blocks to ranks of the blocks that answer, and to recall. Pure.

/** The blocks that hold a question's answering sentence: [first, last]. */
export interface Gold { first: number; last: number }

/** Rank of the best gold block among all others that are not gold; ties go to the lower block, as when passages are ranked. */
export function rankOfGold(
  scores: ArrayLike<number>, // (numBlocks)
  { first, last }: Gold,
): number {
  let best = first;
  for (let b = first + 1; b <= last; b++) if (scores[b] > scores[best]) best = b;
  let rank = 1;
  for (let b = 0; b < scores.length; b++) {
    if (b >= first && b <= last) continue;
    if (scores[b] > scores[best] || (scores[b] === scores[best] && b < best)) rank++;
  }
  return rank;
}

/** (numQuestions) ranks. */
export function ranksOf(
  scores: Float32Array, // (gold.length, numBlocks)
  gold: readonly Gold[],
): Int32Array {
  const numBlocks = scores.length / gold.length;
  return Int32Array.from(gold, (g, i) => rankOfGold(scores.subarray(i * numBlocks, (i + 1) * numBlocks), g));
}

export interface Recall { at1: number; at8: number; n: number } // hits of n

export function recallOf(ranks: Iterable<number | undefined>): Recall {
  const recall: Recall = { at1: 0, at8: 0, n: 0 };
  for (const rank of ranks) {
    recall.n++;
    if (rank !== undefined && rank <= 1) recall.at1++;
    if (rank !== undefined && rank <= 8) recall.at8++;
  }
  return recall;
}

/** What a question is worth with this rank: half for being listed among the first 8, half for being first, which is what a small model reads. */
export const worth = (rank: number): number => (rank <= 1 ? 1 : rank <= 8 ? 0.5 : 0);

/** Probability of at least `hits` of n where each has probability p: how easily chance does as well. */
export function chanceOf(hits: number, n: number, p: number): number {
  if (hits <= 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  let logChoose = 0;
  let tail = 0;
  for (let k = 0; k <= n; k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k);
    if (k >= hits) tail += Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
  }
  return Math.min(1, tail);
}

/** recall@8 of an order by chance. */
export function chanceAt8(gold: readonly Gold[], numBlocks: number): number {
  const miss = (g: Gold): number => {
    let probability = 1;
    for (let i = 0; i < Math.min(8, numBlocks); i++) probability *= Math.max(0, (numBlocks - (g.last - g.first + 1) - i) / (numBlocks - i));
    return probability;
  };
  return gold.length === 0 ? 0 : gold.reduce((sum, g) => sum + 1 - miss(g), 0) / gold.length;
}
