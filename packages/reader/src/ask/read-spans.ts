// Hits -> the stretches of text that are read: each hit with its neighbours, joined where they touch, in document order.
import type { ReadingPlan } from '../contract.ts';
import type { PlaceFinder } from '../find/passage.ts';
import type { ReadSpan } from './cite.ts';

export interface BlockRun { first: number; last: number; score: number }

/** Blocks [hit - neighbours, hit + neighbours], merged; the score of a run is its best hit's. */
export function runsOf(hits: ReadonlyArray<{ block: number; score: number }>, neighbours: number, numBlocks: number): BlockRun[] {
  const runs = hits
    .map(({ block, score }) => ({ first: Math.max(0, block - neighbours), last: Math.min(numBlocks - 1, block + neighbours), score }))
    .sort((a, b) => a.first - b.first);
  const merged: BlockRun[] = [];
  for (const run of runs) {
    const previous = merged.at(-1);
    if (previous !== undefined && run.first <= previous.last + 1) {
      previous.last = Math.max(previous.last, run.last);
      previous.score = Math.max(previous.score, run.score);
    } else {
      merged.push({ ...run });
    }
  }
  return merged;
}

export async function readSpans(places: PlaceFinder, plan: ReadingPlan, hits: ReadonlyArray<{ block: number; score: number }>, neighbours: number): Promise<ReadSpan[]> {
  const spans: ReadSpan[] = [];
  for (const { first, last, score } of runsOf(hits, neighbours, plan.numBlocks)) {
    const from = await places.block(first);
    const to = await places.block(last);
    spans.push({ ...(await places.sentences(from, to)), trail: (await places.block(bestIn(hits, first, last))).trail, score });
  }
  return spans;
}

/** The trail shown is that of the best hit in the run: it is what the run was chosen for. */
function bestIn(hits: ReadonlyArray<{ block: number; score: number }>, first: number, last: number): number {
  return hits.filter(({ block }) => block >= first && block <= last).reduce((best, hit) => (hit.score > best.score ? hit : best)).block;
}
