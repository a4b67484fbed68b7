// The trails of a reading's chunks, looked at once each: what the question makes of them counts for every block below them.
import type { Chunk, ReaderContext, ReadingPlan } from '../contract.ts';
import { parseTrailEntry, type TrailEntry } from '../segment/trail-entry.ts';
import { trailLse, type TrailLse } from './attention-route.ts';
import { type Bm25Scan, trailCounts } from './bm25.ts';
import type { QuestionPass } from './question.ts';
import { READ_AHEAD, readAhead } from './read-ahead.ts';

const BATCH_TRAILS = 256;

export interface ScannedTrails {
  lse: TrailLse; // per head (plan.trails.length, numVoting)
  counts: Array<{ counts: number[]; numWords: number }>; // by index into plan.trails
  numBytes: number;
}

/** Only those that the chunks name: the others may not be stored yet. */
export async function scanTrails(
  ctx: ReaderContext, plan: ReadingPlan, chunks: readonly Chunk[], pass: QuestionPass | undefined, bm25: Bm25Scan | undefined,
): Promise<ScannedTrails> {
  const numVoting = pass?.numVoting ?? 0;
  const named = new Set(chunks.flatMap((chunk) => chunk.trails));
  const wanted = [...plan.trails.keys()].filter((trail) => named.has(trail));
  const scanned: ScannedTrails = { lse: (pass?.heads ?? []).map(() => new Float32Array(plan.trails.length * numVoting)), counts: [], numBytes: 0 };
  for (let from = 0; from < wanted.length; from += BATCH_TRAILS) {
    const batch = wanted.slice(from, from + BATCH_TRAILS);
    const keys = batch.map((trail) => plan.trails[trail].segment);
    const entries: TrailEntry[] = [];
    for await (const bytes of readAhead(ctx.blobs, keys, READ_AHEAD)) {
      scanned.numBytes += bytes.length;
      entries.push(parseTrailEntry(bytes, keys[entries.length]));
    }
    if (bm25 !== undefined) for (const [i, entry] of entries.entries()) scanned.counts[batch[i]] = trailCounts(bm25, entry.terms);
    if (pass === undefined) continue;
    for (const [h, lse] of (await trailLse(ctx.model.attention, pass, entries)).entries()) {
      for (const [i, trail] of batch.entries()) scanned.lse[h].set(lse.subarray(i * numVoting, (i + 1) * numVoting), trail * numVoting);
    }
  }
  return scanned;
}
