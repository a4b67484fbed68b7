// The trails of a reading's chunks, looked at once each: what the question makes of them counts for every block below them.
import type { Chunk, ReaderContext, ReadingPlan } from '../contract.ts';
import { namedTrails } from '../plan/named-trails.ts';
import { trailMass, type TrailMass } from './attention-route.ts';
import { type Bm25Scan, trailWords, type TrailWords } from './bm25.ts';
import type { NamesEntry } from './named-entry.ts';
import type { QuestionPass } from './question.ts';
import { storedTrails } from './stored-parts.ts';

export interface ScannedTrails {
  mass: TrailMass; // per head (plan.trails.length, numVoting)
  words: TrailWords[]; // by index into plan.trails
  numBytes: number;
}

/** Only those that the chunks name: the others may not be stored yet. */
export async function scanTrails(
  ctx: ReaderContext, plan: ReadingPlan, chunks: readonly Chunk[], pass: QuestionPass | undefined, words?: { bm25: Bm25Scan; names: NamesEntry },
): Promise<ScannedTrails> {
  const numVoting = pass?.numVoting ?? 0;
  const wanted = namedTrails(chunks);
  const scanned: ScannedTrails = { mass: (pass?.heads ?? []).map(() => new Float32Array(plan.trails.length * numVoting)), words: [], numBytes: 0 };
  let from = 0;
  for await (const parts of storedTrails.batches(ctx.blobs, wanted.map((trail) => plan.trails[trail].segment))) {
    const batch = wanted.slice(from, from + parts.length);
    from += parts.length;
    for (const [i, { value, numBytes }] of parts.entries()) {
      scanned.numBytes += numBytes;
      if (words !== undefined) scanned.words[batch[i]] = trailWords(words.bm25, value.terms, plan.trails[batch[i]].parts.filter(words.names));
    }
    if (pass === undefined) continue;
    for (const [h, mass] of (await trailMass(ctx.model.attention, pass, parts.map((part) => part.value))).entries()) {
      for (const [i, trail] of batch.entries()) scanned.mass[h].set(mass.subarray(i * numVoting, (i + 1) * numVoting), trail * numVoting);
    }
  }
  return scanned;
}
