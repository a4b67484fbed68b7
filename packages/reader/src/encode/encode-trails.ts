// Trails are encoded once each, several in one forward call: they are short.
import type { Control } from '@lectern/model';
import { quantizeKeys } from '@lectern/sparse-attn';
import { trailText } from '../chunk/trail.ts';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { frameOf, prefixContext } from '../frame.ts';
import { lastIndexLayer } from '../heads.ts';
import { writeTrailEntry } from '../segment/trail-entry.ts';
import { countTerms, stemsOf } from '../segment/words.ts';
import { areStored } from './are-stored.ts';

const BATCH_TRAILS = 16;

/** Encodes those of the trails (indexes into plan.trails) that are not stored yet. */
export async function encodeTrails(ctx: ReaderContext, plan: ReadingPlan, trails: readonly number[], control?: Control): Promise<void> {
  const stored = await areStored(ctx.blobs, trails.map((trail) => plan.trails[trail].segment));
  const missing = trails.filter((_, i) => !stored[i]);
  for (let i = 0; i < missing.length; i += BATCH_TRAILS) {
    throwIfCancelled(control);
    await encodeBatch(ctx, plan, missing.slice(i, i + BATCH_TRAILS), control);
  }
}

async function encodeBatch(ctx: ReaderContext, plan: ReadingPlan, trails: readonly number[], control?: Control): Promise<void> {
  const { transformer, tokenizer } = ctx.model;
  const numPrefix = frameOf(ctx.model).prefixIds.length;
  const prefix = await prefixContext(ctx.model);
  const items = trails.map((trail) => {
    const text = trailText(plan.trails[trail].parts);
    const tokens = tokenizer.encode(text).ids;
    return { trail, text, tokens, context: transformer.context([{ kind: 'prefix', context: prefix }], numPrefix + tokens.length) };
  });
  try {
    await transformer.forward(items, { untilLayer: lastIndexLayer(plan.heads), ...(control === undefined ? {} : { control }) });
    for (const { trail, text, tokens, context } of items) {
      const blocks = transformer.takeBlocks(context, numPrefix, numPrefix + tokens.length, plan.heads, false);
      const { headDim } = transformer.config;
      const { keys, scales } = quantizeKeys(blocks.keys, headDim);
      const terms = countTerms(stemsOf(text));
      await ctx.blobs.put(plan.trails[trail].segment,
        writeTrailEntry({ numTokens: tokens.length, headDim, heads: plan.heads, terms, keyScales: scales, keys }));
    }
  } finally {
    for (const { context } of items) context.dispose();
  }
}
