// One pass over a reading's segments, one at a time, that feeds every chosen route.
import type { Route } from '@lectern/shared';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { parseSegment } from '../segment/format.ts';
import { parseTrailEntry, type TrailEntry } from '../segment/trail-entry.ts';
import { wordHash, wordsOf } from '../segment/words.ts';
import { scoreSegment, trailLse, type TrailLse } from './attention-route.ts';
import { Bm25Scan, trailCounts } from './bm25.ts';
import { rankBlocks } from './fuse.ts';
import { questionPass, type QuestionPass } from './question.ts';
import { readAhead } from './read-ahead.ts';

const BATCH_TRAILS = 256;
/** Blobs read ahead of the scan. */
const READ_AHEAD = 8;

export interface Scan {
  /** Blocks by rank, for each of the routes. */
  rankings: Array<{ route: Route; blocks: number[] }>;
  /** Of the segments and trails that were read. */
  numBytes: number;
}

export async function scanReading(ctx: ReaderContext, plan: ReadingPlan, question: string, routes: readonly Route[]): Promise<Scan> {
  const { attention, retrieval } = ctx.model;
  const pass = routes.includes('attention') ? await questionPass(ctx.model, question) : undefined;
  const bm25 = routes.includes('bm25') ? new Bm25Scan([...wordsOf(question)].map((word) => wordHash(word.stem))) : undefined;
  const trails = await scanTrails(ctx, plan, pass, bm25);
  const attentionScores = new Float64Array(pass === undefined ? 0 : plan.numBlocks);
  let numBytes = trails.numBytes;
  let index = 0;
  for await (const bytes of readAhead(ctx.blobs, plan.chunks.map((chunk) => chunk.segment), READ_AHEAD)) {
    const chunk = plan.chunks[index++];
    numBytes += bytes.length;
    const segment = parseSegment(bytes, chunk.segment);
    if (pass !== undefined) {
      attentionScores.set(await scoreSegment(attention, pass, segment, chunk.trails, trails.lse, retrieval.floor), chunk.blockStart);
    }
    if (bm25 === undefined) continue;
    for (let b = 0; b < segment.numBlocks; b++) {
      const from = segment.termStarts[b];
      const to = segment.termStarts[b + 1];
      const counts = bm25.countsOf(segment.termHashes.subarray(from, to), segment.termCounts.subarray(from, to));
      bm25.add({ counts, numWords: segment.numWords[b] }, trails.counts[chunk.trails[b]]);
    }
  }
  const rankings = routes.map((route) => ({
    route,
    blocks: route === 'attention' ? rankBlocks(attentionScores, Number.NEGATIVE_INFINITY) : rankBlocks((bm25 as Bm25Scan).scores(), 0),
  }));
  return { rankings, numBytes };
}

interface ScannedTrails {
  lse: TrailLse; // per head (numTrails, numVoting)
  counts: Array<{ counts: number[]; numWords: number }>;
  numBytes: number;
}

async function scanTrails(ctx: ReaderContext, plan: ReadingPlan, pass: QuestionPass | undefined, bm25: Bm25Scan | undefined): Promise<ScannedTrails> {
  const numVoting = pass?.numVoting ?? 0;
  const scanned: ScannedTrails = { lse: (pass?.heads ?? []).map(() => new Float32Array(plan.trails.length * numVoting)), counts: [], numBytes: 0 };
  for (let from = 0; from < plan.trails.length; from += BATCH_TRAILS) {
    const entries: TrailEntry[] = [];
    const keys = plan.trails.slice(from, from + BATCH_TRAILS).map((trail) => trail.segment);
    for await (const bytes of readAhead(ctx.blobs, keys, READ_AHEAD)) {
      scanned.numBytes += bytes.length;
      entries.push(parseTrailEntry(bytes, keys[entries.length]));
    }
    if (bm25 !== undefined) scanned.counts.push(...entries.map((entry) => trailCounts(bm25, entry.terms)));
    if (pass === undefined) continue;
    const batch = await trailLse(ctx.model.attention, pass, entries);
    for (const [h, lse] of batch.entries()) scanned.lse[h].set(lse, from * numVoting);
  }
  return scanned;
}
