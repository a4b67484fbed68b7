// Modes replay and sparse: the answer is generated over stored keys and values of the best hits with their neighbours, which stand at
// contiguous positions between an introduction and the question. replay: all layers and heads read the same blocks. sparse: each layer and
// KV head picks its own among more of them.
import type { Context, ContextPart } from '@lectern/model';
import { ServiceError } from '@lectern/shared';
import type { AskOptions, ReaderContext } from '../contract.ts';
import type { BlockPlace } from '../find/passage.ts';
import type { Places } from '../find/places.ts';
import { frameOf, prefixContext, promptKindOf } from '../frame.ts';
import { generateAnswer } from './generate.ts';
import { ANSWER_END, SPARSE_INTRODUCTION, sparsePrompt } from './prompt.ts';
import { type DocumentHit, readSpans, runsByDocument } from './read-spans.ts';
import type { Answered } from './reread.ts';
import { loadStoredBlocks, type StoredBlocks } from './stored-blocks.ts';

/** Blocks read either side of a hit: the sentence may straddle. */
const NEIGHBOURS = 1;
/** Blocks that each layer and KV head reads: more only distract a small model. */
const BUDGET_BLOCKS = 3;

interface StoredMode {
  /** Best hits whose blocks are loaded. */
  numHits: number;
  partOf(stored: StoredBlocks): ContextPart;
  /** Most blocks that a layer and KV head read. */
  numAttended(stored: StoredBlocks, context: Context): number;
}

const SPARSE: StoredMode = {
  numHits: 2,
  partOf: ({ blocks, blockStarts }) => ({ kind: 'sparse', blocks, budgetBlocks: BUDGET_BLOCKS, windowBlocks: 0, blockStarts }),
  numAttended: (_, context) => (context.selection()?.blocks ?? []).reduce((most, { length }) => Math.max(most, length), 0),
};

const REPLAY: StoredMode = {
  numHits: 1,
  partOf: ({ blocks }) => ({ kind: 'blocks', blocks }),
  numAttended: ({ blockStarts }) => blockStarts.length - 1,
};

/** The most blocks that are held as floats at once. */
export const MAX_STORED_BLOCKS = Math.max(SPARSE.numHits, REPLAY.numHits) * (1 + 2 * NEIGHBOURS);

type Answer = (ctx: ReaderContext, places: Places, hits: readonly DocumentHit[], options: AskOptions) => Promise<Answered>;

export const answerBySparse: Answer = (...args) => answerFromStored(SPARSE, ...args);
export const answerByReplay: Answer = (...args) => answerFromStored(REPLAY, ...args);

async function answerFromStored(mode: StoredMode, ctx: ReaderContext, places: Places, hits: readonly DocumentHit[], options: AskOptions): Promise<Answered> {
  const { model, reader } = ctx;
  if (reader !== undefined && reader.id !== model.id) {
    throw new ServiceError('VALIDATION', `mode ${options.mode} answers over the index model's own keys and values: the reader must be ${model.id}, ${reader.id} was asked for`);
  }
  const { transformer } = model;
  const { prefixIds, tailIds } = frameOf(model);
  const kind = promptKindOf(model);
  const introduction = model.tokenizer.encode(SPARSE_INTRODUCTION[kind]).ids;
  const best = hits.slice(0, mode.numHits);
  const stored = await loadStoredBlocks(ctx, await placesOf(places, best), options.control);
  const tokens = Int32Array.of(...model.tokenizer.encode(sparsePrompt(options.question, kind)).ids, ...tailIds);
  const numBefore = prefixIds.length + introduction.length;
  const before = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], numBefore);
  let context: Context | undefined;
  try {
    await transformer.forward([{ context: before, tokens: introduction }], {});
    context = transformer.context([{ kind: 'prefix', context: before }, mode.partOf(stored)], numBefore + tokens.length + options.maxOutputTokens);
    const generated = await generateAnswer(model, context, tokens, { ...options, end: ANSWER_END[kind] });
    return {
      generated, spans: await readSpans(places, best, NEIGHBOURS), blocksAttended: mode.numAttended(stored, context),
      chunksEncodedOnDemand: stored.encodedOnDemand, segmentBytes: stored.segmentBytes,
    };
  } finally {
    context?.dispose();
    before.dispose();
  }
}

/** Of the hits and their neighbours, in the order of documents and text. */
async function placesOf(places: Places, hits: readonly DocumentHit[]): Promise<BlockPlace[]> {
  const found: BlockPlace[] = [];
  for (const { finder, runs } of await runsByDocument(places, hits, NEIGHBOURS)) {
    for (const { first, last } of runs) {
      for (let block = first; block <= last; block++) found.push(await finder.block(block));
    }
  }
  return found;
}
