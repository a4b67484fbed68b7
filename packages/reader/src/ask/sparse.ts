// Mode sparse: the answer is generated over stored keys and values of the document; each layer and KV head picks its blocks among the
// candidates, which are the best hits with their neighbours.
import type { Context, EncodedBlocks } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import { blobKeys } from '../blob-keys.ts';
import type { AskOptions, ReaderContext } from '../contract.ts';
import { encodeChunk } from '../encode/chunk-pass.ts';
import type { BlockPlace } from '../find/passage.ts';
import type { Places } from '../find/places.ts';
import { ofReading } from '../find/readings.ts';
import { frameOf, prefixContext, promptKindOf } from '../frame.ts';
import { allHeads } from '../heads.ts';
import { readKeysAndValues, writeKeysAndValues } from '../segment/keys-and-values.ts';
import { generateAnswer } from './generate.ts';
import { ANSWER_END, SPARSE_INTRODUCTION, sparsePrompt } from './prompt.ts';
import { type DocumentHit, readSpans, runsByDocument } from './read-spans.ts';
import type { Answered } from './reread.ts';

const CANDIDATE_HITS = 2;
const NEIGHBOURS = 1;
/** The most blocks that are held as floats at once. */
export const MAX_CANDIDATE_BLOCKS = CANDIDATE_HITS * (1 + 2 * NEIGHBOURS);
/** Of them, those that each layer and KV head reads: more only distract a small model. */
const BUDGET_BLOCKS = 3;

export async function answerBySparse(
  ctx: ReaderContext, places: Places, hits: readonly DocumentHit[], options: AskOptions,
): Promise<Answered> {
  const { model, reader } = ctx;
  if (reader !== undefined && reader.id !== model.id) {
    throw new ServiceError('VALIDATION', `mode sparse answers over the index model's own keys and values: the reader must be ${model.id}, ${reader.id} was asked for`);
  }
  const { transformer } = model;
  const { prefixIds, tailIds } = frameOf(model);
  const kind = promptKindOf(model);
  const introduction = model.tokenizer.encode(SPARSE_INTRODUCTION[kind]).ids;
  const best = hits.slice(0, CANDIDATE_HITS);
  const candidates: BlockPlace[] = [];
  for (const { finder, runs } of await runsByDocument(places, best, NEIGHBOURS)) {
    for (const { first, last } of runs) {
      for (let block = first; block <= last; block++) candidates.push(await finder.block(block));
    }
  }
  const { blocks, blockStarts, encodedOnDemand, segmentBytes } = await loadCandidates(ctx, candidates, options);
  const tokens = Int32Array.of(...model.tokenizer.encode(sparsePrompt(options.question, kind)).ids, ...tailIds);
  const numBefore = prefixIds.length + introduction.length;
  const before = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], numBefore);
  let context: Context | undefined;
  try {
    await transformer.forward([{ context: before, tokens: introduction }], {});
    context = transformer.context([
      { kind: 'prefix', context: before },
      { kind: 'sparse', blocks, budgetBlocks: BUDGET_BLOCKS, windowBlocks: 0, blockStarts },
    ], numBefore + tokens.length + options.maxOutputTokens);
    const generated = await generateAnswer(model, context, tokens, { ...options, end: ANSWER_END[kind] });
    const selected = context.selection()?.blocks.map((list) => list.length) ?? [];
    return {
      generated, spans: await readSpans(places, best, NEIGHBOURS),
      blocksAttended: selected.reduce((most, length) => Math.max(most, length), 0), chunksEncodedOnDemand: encodedOnDemand, segmentBytes,
    };
  } finally {
    context?.dispose();
    before.dispose();
  }
}

interface Candidates {
  blocks: EncodedBlocks & { values: Float32Array };
  blockStarts: Int32Array; // (numBlocks + 1)
  encodedOnDemand: number;
  segmentBytes: number;
}

async function loadCandidates(ctx: ReaderContext, places: readonly BlockPlace[], options: AskOptions): Promise<Candidates> {
  const { config } = ctx.model.transformer;
  const heads = allHeads(config);
  const { headDim } = config;
  const blockStarts = Int32Array.of(0, ...places.map(({ numTokens }) => numTokens));
  for (let b = 1; b < blockStarts.length; b++) blockStarts[b] += blockStarts[b - 1];
  const numTokens = blockStarts[places.length];
  const size = heads.length * numTokens * headDim;
  const blocks = { numTokens, heads, keys: new Float32Array(size), values: new Float32Array(size) };
  let encodedOnDemand = 0;
  let segmentBytes = 0;
  const byChunk = new Map(places.map((place) => [place.chunk, place]));
  for (const [chunk, first] of byChunk) {
    const stored = await ofReading(first.plan.readingId, () => keysAndValuesOf(ctx, first, options));
    if (stored.isNew) encodedOnDemand++;
    segmentBytes += stored.bytes.length;
    const whole = { heads, headDim, numTokens: chunk.tokenEnd - chunk.tokenStart };
    for (const [b, place] of places.entries()) {
      if (place.chunk !== chunk) continue;
      readKeysAndValues(stored.bytes, stored.key, whole, place.tokenStart, place.tokenStart + place.numTokens, blocks, blockStarts[b]);
    }
  }
  return { blocks, blockStarts, encodedOnDemand, segmentBytes };
}

/** As stored; a chunk of an index-only reading is encoded at full depth now, and kept. */
async function keysAndValuesOf(ctx: ReaderContext, { plan, chunk }: Pick<BlockPlace, 'plan' | 'chunk'>, options: AskOptions): Promise<{ key: string; bytes: Buffer; isNew: boolean }> {
  const key = blobKeys.keysAndValues(chunk.segment);
  const isNew = (await ctx.blobs.stat(key)) === undefined;
  if (isNew) {
    const { all } = await encodeChunk(ctx, plan, chunk, 'all', options.control);
    if (all !== undefined) await ctx.blobs.put(key, writeKeysAndValues(all));
  }
  return { key, bytes: await ctx.blobs.get(key), isNew };
}
