// One pass over the segments of all readings of a question, one reading at a time, that feeds every chosen route.
import type { KvHeadRef } from '@lectern/model';
import { type Route, ServiceError } from '@lectern/shared';
import type { Chunk, ReaderContext, ReaderEmbedder, ReadingPlan, ReadingSource } from '../contract.ts';
import { indexHeads, sameHead } from '../heads.ts';
import { stemsOf, wordHash } from '../segment/words.ts';
import { startScoring } from './attention-route.ts';
import { Bm25Scan } from './bm25.ts';
import { EmbeddingScan } from './embedding-route.ts';
import { rankBlocks, type Ranking, sharedRanks } from './fuse.ts';
import { entriesNamedIn, type NamesEntry } from './named-entry.ts';
import { NullScores } from './null-scores.ts';
import { questionPass, type QuestionPass } from './question.ts';
import { inOrder } from './read-ahead.ts';
import { ofReading, openReading, type OpenReading } from './readings.ts';
import { scanTrails } from './scan-trails.ts';
import { ScannedBlocks } from './scanned-blocks.ts';
import { storedSegments } from './stored-parts.ts';
import { wordIndexOf } from './word-index.ts';

/** Plans read ahead: they are small for small documents, and not wanted early for large ones. */
const PLANS_AHEAD = 2;

/** Routes that look at every block. */
export type ScanRoute = Exclude<Route, 'second-look'>;

export interface Scan {
  /** Blocks by rank, for each of the routes that could be taken: their numbers in `blocks`. */
  rankings: Ranking[];
  blocks: ScannedBlocks;
  /** Tokens of the chunks that were looked at. */
  numTokens: number;
  /** Of the segments, trails and vectors that were read. */
  numBytes: number;
  /** Routes that could not be taken, and why. */
  notes: string[];
  /** Where the embedding route was taken: of each block the cosine of its nearest passage, and which one of its chunk's that is (-1: none). */
  nearest?: { cosines: Float64Array; passages: Int32Array };
}

/**
 * A block's attention score depends on nothing but the block, its trail and the question, so scores of all documents stand in one list;
 * BM25's statistics are over all of them. Memory: a few bytes per block, and what of one reading is on its way.
 */
export async function scanReadings(ctx: ReaderContext, sources: readonly ReadingSource[], question: string, routes: readonly ScanRoute[]): Promise<Scan> {
  const pass = routes.includes('attention') ? await questionPass(ctx.model, question) : undefined;
  const bm25 = routes.includes('bm25') ? new Bm25Scan(stemsOf(question).map(wordHash)) : undefined;
  const names = entriesNamedIn(question);
  const embedding = routes.includes('embedding') ? await EmbeddingScan.start(ctx, question) : undefined;
  const scan = { blocks: new ScannedBlocks(), numTokens: 0, numBytes: 0 };
  const scored = new Scored();
  let index = 0;
  for await (const reading of inOrder(sources.length, (i) => openReading(sources[i]), PLANS_AHEAD)) {
    const at = index++;
    await ofReading(reading.plan.readingId, () => scanReading(ctx, reading, at, { pass, bm25, names, embedding, scored, scan }));
  }
  scan.numBytes += embedding?.numBytes ?? 0;
  const why = routes.includes('embedding') ? whyWithout(ctx, embedding) : undefined;
  const taken = routes.filter((route) => route !== 'embedding' || why === undefined);
  if (taken.length === 0) throw new ServiceError('VALIDATION', `the embedding route cannot be taken: ${why}; ask for another route as well`);
  const all = (parts: readonly Float64Array[]): number[] => rankBlocks(joined(parts, new Float64Array(scan.blocks.length)), Number.NEGATIVE_INFINITY);
  const nearest = embedding === undefined || why !== undefined ? undefined : {
    cosines: joined(embedding.scores, new Float64Array(scan.blocks.length)), passages: joined(embedding.nearest, new Int32Array(scan.blocks.length)),
  };
  const rankingOf: Record<ScanRoute, () => Omit<Ranking, 'route'>> = {
    attention: () => ({ blocks: all(scored.parts) }),
    bm25: () => (bm25 as Bm25Scan).ranking(),
    embedding: () => {
      const { cosines } = nearest as NonNullable<typeof nearest>;
      const blocks = rankBlocks(cosines, Number.NEGATIVE_INFINITY);
      return { blocks, ranks: sharedRanks(blocks, cosines) };
    },
  };
  // The last scores may still be on their way: attention is ranked last.
  const rankings = new Map<ScanRoute, Ranking>();
  for (const route of [...taken].sort((a, b) => Number(a === 'attention') - Number(b === 'attention'))) {
    if (route === 'attention') await scored.end();
    rankings.set(route, { route, ...rankingOf[route]() });
  }
  return { rankings: taken.map((route) => rankings.get(route) as Ranking), ...scan, ...(nearest === undefined ? {} : { nearest }), notes: why === undefined ? [] : [`found without the embedding route: ${why}`] };
}

/** Why the embedding route cannot be taken; undefined when it can. */
function whyWithout({ embedder, embedderAbsent }: ReaderContext, scan: EmbeddingScan | undefined): string | undefined {
  if (scan === undefined) return embedderAbsent ?? 'no embedder was loaded';
  const [document] = scan.without;
  return document === undefined ? undefined : `document ${document} was read without the embedder ${(embedder as ReaderEmbedder).id}`;
}

interface Sinks {
  pass: QuestionPass | undefined;
  bm25: Bm25Scan | undefined;
  names: NamesEntry;
  embedding: EmbeddingScan | undefined;
  scored: Scored;
  scan: Pick<Scan, 'blocks' | 'numTokens' | 'numBytes'>;
}

async function scanReading(ctx: ReaderContext, { plan, chunks }: OpenReading, readingIndex: number, { pass, bm25, names, embedding, scored, scan }: Sinks): Promise<void> {
  const { attention, retrieval } = ctx.model;
  if (pass !== undefined) requireHeads(ctx, plan);
  const trails = await scanTrails(ctx, plan, chunks, pass, bm25 && { bm25, names });
  scan.numBytes += trails.numBytes;
  const nulls = new NullScores(ctx, plan, chunks);
  let from = 0;
  for await (const parts of storedSegments.batches(ctx.blobs, chunks.map((chunk) => chunk.segment))) {
    const at = from;
    const batch = chunks.slice(at, at + parts.length);
    from += parts.length;
    const segments = parts.map((part) => part.value);
    if (pass !== undefined) {
      await scored.end();
      const end = startScoring(attention, pass, segments, trailsOf(batch), trails.mass, retrieval.floor);
      scored.begun(() => ofReading(plan.readingId, async () => nulls.subtract(await end(), batch, segments, pass.numVoting)));
    }
    // Words and vectors meanwhile: they are looked at on this thread.
    for (const [i, chunk] of batch.entries()) {
      scan.numBytes += parts[i].numBytes;
      scan.numTokens += chunk.tokenEnd - chunk.tokenStart;
      scan.blocks.add(readingIndex, chunk);
    }
    bm25?.addSegments(segments, batch.map((chunk, i) => [...chunk.trails, nextTrail(chunk, chunks[at + i + 1])]), trails.words, wordIndexOf(plan, segments));
    if (at === 0) await embedding?.add(ctx.blobs, plan, chunks);
  }
}

/** Scores of batch after batch: of the newest it may only be known how to end them. */
class Scored {
  readonly parts: Float64Array[] = [];
  #newest: (() => Promise<Float64Array>) | undefined;

  begun(end: () => Promise<Float64Array>): void {
    this.#newest = end;
  }

  async end(): Promise<void> {
    const newest = this.#newest;
    this.#newest = undefined;
    if (newest !== undefined) this.parts.push(await newest());
  }
}

/** The trail of the block after a chunk's last; -1 where that is not looked at. */
const nextTrail = ({ index }: Chunk, next: Chunk | undefined): number => (next?.index === index + 1 ? next.trails[0] : -1);

/** (blocks of the chunks). */
function trailsOf(chunks: readonly Chunk[]): Int32Array {
  const trails = new Int32Array(chunks.reduce((sum, { numBlocks }) => sum + numBlocks, 0));
  let at = 0;
  for (const chunk of chunks) {
    for (let b = 0; b < chunk.numBlocks; b++) trails[at + b] = chunk.trails[b]; // set() takes many times as long from a list
    at += chunk.numBlocks;
  }
  return trails;
}

/** A model that was calibrated anew finds with other heads: what was read for the old ones is no use, and is read again. */
function requireHeads({ model }: ReaderContext, { heads, readingId }: ReadingPlan): void {
  const wanted = indexHeads(model);
  if (wanted.length === heads.length && wanted.every((head, i) => sameHead(head, heads[i]))) return;
  const list = (of: readonly KvHeadRef[]): string => of.map(({ layer, kvHead }) => `${layer}.${kvHead}`).join(', ');
  throw new ServiceError('BLOB_NOT_FOUND', `the reading ${readingId} holds keys of the heads ${list(heads)}, ${model.id} finds with ${list(wanted)}`);
}

function joined<T extends Float64Array | Int32Array>(parts: readonly T[], into: T): T {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}
