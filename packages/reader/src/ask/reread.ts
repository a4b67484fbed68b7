// Mode reread: the text of the best hits goes into the model's own window. For small models few blocks are better: distractors hurt.
import type { AskOptions, ReaderContext, ReadingPlan } from '../contract.ts';
import type { PlaceFinder } from '../find/passage.ts';
import { frameOf, prefixContext, promptKindOf } from '../frame.ts';
import type { ReadSpan } from './cite.ts';
import { focus, usefulTrail } from './focus.ts';
import { generateAnswer, type Generated } from './generate.ts';
import { ANSWER_END, rereadPrompt } from './prompt.ts';
import { readSpans } from './read-spans.ts';

/** Best hits whose text is looked at, each with this many blocks either side (the sentence may straddle). */
const READ_HITS = 3;
const NEIGHBOURS = 1;

export interface Answered {
  generated: Generated;
  /** What the answer was made from, and may be quoted. */
  spans: ReadSpan[];
  blocksAttended?: number;
  chunksEncodedOnDemand?: number;
  segmentBytes?: number;
}

export async function answerByReread(
  ctx: ReaderContext, plan: ReadingPlan, places: PlaceFinder, hits: ReadonlyArray<{ block: number; score: number }>, options: AskOptions,
): Promise<Answered> {
  const { model } = ctx;
  const { prefixIds, tailIds } = frameOf(model);
  const kind = promptKindOf(model);
  const { contextLength } = model.transformer.config;
  const room = contextLength - prefixIds.length - tailIds.length - options.maxOutputTokens;
  // Fewer hits when a long question or a small window leaves no room for all.
  for (let numHits = Math.min(READ_HITS, hits.length); ; numHits--) {
    const spans = focus(await readSpans(places, plan, hits.slice(0, numHits), NEIGHBOURS), options.question);
    const shown = spans.map((span) => ({ text: span.text, trail: usefulTrail(span, options.question) }));
    const content = model.tokenizer.encode(rereadPrompt(shown, options.question, kind)).ids;
    if (content.length > room && numHits > 0) continue;
    const tokens = Int32Array.of(...content, ...tailIds);
    const context = model.transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], prefixIds.length + tokens.length + options.maxOutputTokens);
    try {
      return { generated: await generateAnswer(model, context, tokens, { ...options, end: ANSWER_END[kind] }), spans };
    } finally {
      context.dispose();
    }
  }
}
