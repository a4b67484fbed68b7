// One pass over the segments of all readings of a question, one at a time, that feeds every chosen route.
import type { KvHeadRef } from '@lectern/model';
import { type Route, ServiceError } from '@lectern/shared';
import type { Chunk, ReaderContext, ReadingPlan, ReadingSource } from '../contract.ts';
import { indexHeads, sameHead } from '../heads.ts';
import { parseSegment } from '../segment/format.ts';
import { wordHash, wordsOf } from '../segment/words.ts';
import { scoreSegment } from './attention-route.ts';
import { Bm25Scan } from './bm25.ts';
import { rankBlocks } from './fuse.ts';
import { questionPass, type QuestionPass } from './question.ts';
import { inOrder, READ_AHEAD, readAhead } from './read-ahead.ts';
import { ofReading, openReading, type OpenReading } from './readings.ts';
import { scanTrails } from './scan-trails.ts';
import { ScannedBlocks } from './scanned-blocks.ts';

/** Plans read ahead: they are small for small documents, and not wanted early for large ones. */
const PLANS_AHEAD = 2;

export interface Scan {
  /** Blocks by rank, for each of the routes: their numbers in `blocks`. */
  rankings: Array<{ route: Route; blocks: number[] }>;
  blocks: ScannedBlocks;
  /** Tokens of the chunks that were looked at. */
  numTokens: number;
  /** Of the segments and trails that were read. */
  numBytes: number;
}

/**
 * A block's attention score depends on nothing but the block, its trail and the question, so scores of all documents stand in one list;
 * BM25's statistics are over all of them. Memory: a few bytes per block, and the blobs of one reading on their way.
 */
export async function scanReadings(ctx: ReaderContext, sources: readonly ReadingSource[], question: string, routes: readonly Route[]): Promise<Scan> {
  const pass = routes.includes('attention') ? await questionPass(ctx.model, question) : undefined;
  const bm25 = routes.includes('bm25') ? new Bm25Scan([...wordsOf(question)].map((word) => wordHash(word.stem))) : undefined;
  const scan = { blocks: new ScannedBlocks(), numTokens: 0, numBytes: 0 };
  const scores: Float64Array[] = []; // a part per chunk
  let index = 0;
  for await (const reading of inOrder(sources.length, (i) => openReading(sources[i]), PLANS_AHEAD)) {
    const at = index++;
    await ofReading(reading.plan.readingId, () => scanReading(ctx, reading, at, { pass, bm25, scores, scan }));
  }
  const rankings = routes.map((route) => ({
    route,
    blocks: route === 'attention' ? rankBlocks(joined(scores, scan.blocks.length), Number.NEGATIVE_INFINITY) : rankBlocks((bm25 as Bm25Scan).scores(), 0),
  }));
  return { rankings, ...scan };
}

interface Sinks {
  pass: QuestionPass | undefined;
  bm25: Bm25Scan | undefined;
  scores: Float64Array[];
  scan: Pick<Scan, 'blocks' | 'numTokens' | 'numBytes'>;
}

async function scanReading(ctx: ReaderContext, { plan, chunks }: OpenReading, readingIndex: number, { pass, bm25, scores, scan }: Sinks): Promise<void> {
  const { attention, retrieval } = ctx.model;
  if (pass !== undefined) requireHeads(ctx, plan);
  const trails = await scanTrails(ctx, plan, chunks, pass, bm25);
  scan.numBytes += trails.numBytes;
  let index = 0;
  for await (const bytes of readAhead(ctx.blobs, chunks.map((chunk) => chunk.segment), READ_AHEAD)) {
    const chunk: Chunk = chunks[index++];
    const segment = parseSegment(bytes, chunk.segment);
    scan.numBytes += bytes.length;
    scan.numTokens += chunk.tokenEnd - chunk.tokenStart;
    scan.blocks.add(readingIndex, chunk);
    if (pass !== undefined) scores.push(await scoreSegment(attention, pass, segment, chunk.trails, trails.lse, retrieval.floor));
    if (bm25 === undefined) continue;
    for (let b = 0; b < segment.numBlocks; b++) {
      const from = segment.termStarts[b];
      const to = segment.termStarts[b + 1];
      const counts = bm25.countsOf(segment.termHashes.subarray(from, to), segment.termCounts.subarray(from, to));
      bm25.add({ counts, numWords: segment.numWords[b] }, trails.counts[chunk.trails[b]]);
    }
  }
}

/** A model that was calibrated anew finds with other heads: what was read for the old ones is no use, and is read again. */
function requireHeads({ model }: ReaderContext, { heads, readingId }: ReadingPlan): void {
  const wanted = indexHeads(model);
  if (wanted.length === heads.length && wanted.every((head, i) => sameHead(head, heads[i]))) return;
  const list = (of: readonly KvHeadRef[]): string => of.map(({ layer, kvHead }) => `${layer}.${kvHead}`).join(', ');
  throw new ServiceError('BLOB_NOT_FOUND', `the reading ${readingId} holds keys of the heads ${list(heads)}, ${model.id} finds with ${list(wanted)}`);
}

function joined(parts: readonly Float64Array[], length: number): Float64Array {
  const all = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
