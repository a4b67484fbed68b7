// Which blocks to read: sinks, a window, and those with the largest share of some query's attention. Pure; scores come from blockLse.
import assert from 'node:assert';

export interface SelectOptions {
  /** Blocks chosen by score; sinks and window do not count. */
  budgetBlocks: number;
  /** The first blocks, always read. */
  sinkBlocks?: number;
  /** The last blocks, always read. */
  windowBlocks?: number;
}

export interface SelectedBlocks {
  /** Ascending, unique. */
  blocks: Int32Array;
  /** Share of the softmax over all blocks that these hold, mean over the queries; 0 without queries. */
  mass: number;
}

/** Per query, the softmax of its log-sum-exps over all blocks; a query that sees only empty blocks has mass 0 everywhere. */
export function blockMass(lse: Float32Array, numQueries: number): Float64Array {
  const mass = new Float64Array(lse.length); // (numBlocks, numQueries)
  for (let query = 0; query < numQueries; query++) {
    let max = Number.NEGATIVE_INFINITY;
    for (let i = query; i < lse.length; i += numQueries) max = Math.max(max, lse[i]);
    if (max === Number.NEGATIVE_INFINITY) continue;
    let sum = 0;
    for (let i = query; i < lse.length; i += numQueries) {
      mass[i] = Math.exp(lse[i] - max);
      sum += mass[i];
    }
    for (let i = query; i < lse.length; i += numQueries) mass[i] /= sum;
  }
  return mass;
}

/**
 * A block's score is its largest mass over the queries (new tokens x heads of the KV group). The best budgetBlocks that are
 * neither sink nor window are chosen, ties to the lower block id.
 */
export function selectBlocks(
  lse: Float32Array, // (numBlocks, numQueries)
  numBlocks: number,
  numQueries: number,
  options: SelectOptions,
): SelectedBlocks {
  assert(lse.length === numBlocks * numQueries, `${lse.length} scores for ${numBlocks} blocks x ${numQueries} queries`);
  const mass = blockMass(lse, numQueries);
  const windowStart = Math.max(0, numBlocks - (options.windowBlocks ?? 0));
  const sinkEnd = Math.min(windowStart, options.sinkBlocks ?? 0);

  const scores = new Float64Array(numBlocks);
  for (let i = 0; i < mass.length; i++) {
    const block = Math.floor(i / numQueries);
    scores[block] = Math.max(scores[block], mass[i]);
  }
  const ranked = range(sinkEnd, windowStart).sort((a, b) => scores[b] - scores[a] || a - b);
  const blocks = Int32Array.from([
    ...range(0, sinkEnd), ...ranked.slice(0, options.budgetBlocks).sort((a, b) => a - b), ...range(windowStart, numBlocks),
  ]);

  let held = 0;
  for (const block of blocks) {
    for (let query = 0; query < numQueries; query++) held += mass[block * numQueries + query];
  }
  return { blocks, mass: numQueries === 0 ? 0 : held / numQueries };
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
