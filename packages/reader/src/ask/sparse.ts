// Mode sparse: the answer is generated over the stored keys and values of the document's best chunks; each layer and KV head picks its blocks.
import type { Context, EncodedBlocks } from '@lectern/model';
import { BLOCK_SIZE } from '@lectern/sparse-attn';
import { blobKeys } from '../blob-keys.ts';
import type { AskOptions, Chunk, ReaderContext, ReadingPlan } from '../contract.ts';
import { encodeChunk } from '../encode/chunk-pass.ts';
import type { PlaceFinder } from '../find/passage.ts';
import { frameOf, prefixContext } from '../frame.ts';
import { allHeads } from '../heads.ts';
import { readKeysAndValues, writeKeysAndValues } from '../segment/keys-and-values.ts';
import { generateAnswer } from './generate.ts';
import { SPARSE_INTRODUCTION, sparsePrompt } from './prompt.ts';
import { readSpans } from './read-spans.ts';
import type { Answered } from './reread.ts';

/** Candidates are held as floats (46 KB per token for SmolLM2): this bounds them. */
export const MAX_CANDIDATE_TOKENS = 4096;
const BUDGET_BLOCKS = 8;
const WINDOW_BLOCKS = 1;
/** Hits that may be quoted, with their neighbours. */
const CITED_HITS = 3;

export async function answerBySparse(
  ctx: ReaderContext, plan: ReadingPlan, places: PlaceFinder, hits: ReadonlyArray<{ block: number; score: number }>, options: AskOptions,
): Promise<Answered> {
  const { model } = ctx;
  const { transformer } = model;
  const { prefixIds, tailIds } = frameOf(model);
  const introduction = model.tokenizer.encode(SPARSE_INTRODUCTION).ids;
  const chunks = await candidateChunks(places, hits);
  const { blocks, blockStarts, encodedOnDemand, segmentBytes } = await loadCandidates(ctx, plan, chunks, options);
  const tokens = Int32Array.of(...model.tokenizer.encode(sparsePrompt(options.question)).ids, ...tailIds);
  const numBefore = prefixIds.length + introduction.length;
  const before = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], numBefore);
  let context: Context | undefined;
  try {
    await transformer.forward([{ context: before, tokens: introduction }], {});
    context = transformer.context([
      { kind: 'prefix', context: before },
      { kind: 'sparse', blocks, budgetBlocks: BUDGET_BLOCKS, windowBlocks: WINDOW_BLOCKS, blockStarts },
    ], numBefore + tokens.length + options.maxOutputTokens);
    const generated = await generateAnswer(model, context, tokens, options);
    const selected = context.selection()?.blocks.map((list) => list.length) ?? [];
    const inCandidates = hits.filter(({ block }) => chunks.some((c) => block >= c.blockStart && block < c.blockStart + c.numBlocks));
    return {
      generated, spans: await readSpans(places, plan, inCandidates.slice(0, CITED_HITS), 1),
      blocksAttended: selected.reduce((most, length) => Math.max(most, length), 0), chunksEncodedOnDemand: encodedOnDemand, segmentBytes,
    };
  } finally {
    context?.dispose();
    before.dispose();
  }
}

/** The chunks of the best hits, as many as are affordable, in document order. */
async function candidateChunks(places: PlaceFinder, hits: ReadonlyArray<{ block: number }>): Promise<Chunk[]> {
  const chunks = new Map<number, Chunk>();
  let numTokens = 0;
  for (const { block } of hits) {
    const { chunk } = await places.block(block);
    if (chunks.has(chunk.index)) continue;
    numTokens += chunk.tokenEnd - chunk.tokenStart;
    if (numTokens > MAX_CANDIDATE_TOKENS && chunks.size > 0) break;
    chunks.set(chunk.index, chunk);
  }
  return [...chunks.values()].sort((a, b) => a.index - b.index);
}

interface Candidates {
  blocks: EncodedBlocks & { values: Float32Array };
  blockStarts: Int32Array; // (numBlocks + 1)
  encodedOnDemand: number;
  segmentBytes: number;
}

/** Keys and values as stored; a chunk of an index-only reading is encoded at full depth now, and kept. */
async function loadCandidates(ctx: ReaderContext, plan: ReadingPlan, chunks: readonly Chunk[], options: AskOptions): Promise<Candidates> {
  const { config } = ctx.model.transformer;
  const heads = allHeads(config);
  const { headDim } = config;
  const numTokens = chunks.reduce((sum, chunk) => sum + chunk.tokenEnd - chunk.tokenStart, 0);
  const size = heads.length * numTokens * headDim;
  const blocks = { numTokens, heads, keys: new Float32Array(size), values: new Float32Array(size) };
  const blockStarts: number[] = [];
  let encodedOnDemand = 0;
  let segmentBytes = 0;
  let at = 0;
  for (const chunk of chunks) {
    const key = blobKeys.keysAndValues(chunk.segment);
    const own = chunk.tokenEnd - chunk.tokenStart;
    if ((await ctx.blobs.stat(key)) === undefined) {
      const encoded = await encodeChunk(ctx, plan, chunk, 'all', options.control);
      if (encoded.all !== undefined) await ctx.blobs.put(key, writeKeysAndValues(encoded.all));
      encodedOnDemand++;
    }
    const bytes = await ctx.blobs.get(key);
    segmentBytes += bytes.length;
    readKeysAndValues(bytes, key, { heads, headDim, numTokens: own }, blocks, at);
    for (let b = 0; b < chunk.numBlocks; b++) blockStarts.push(at + b * BLOCK_SIZE);
    at += own;
  }
  return { blocks, blockStarts: Int32Array.of(...blockStarts, at), encodedOnDemand, segmentBytes };
}
