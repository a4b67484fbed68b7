// Mode reread: the text of the best hits goes into the reader's own window. For small models little is better: distractors hurt.
import type { Passage } from '@lectern/shared';
import type { AnswerModel, Generated } from '../answer-model/contract.ts';
import { localReader } from '../answer-model/local.ts';
import type { AskOptions, ReaderContext } from '../contract.ts';
import type { Places } from '../find/places.ts';
import type { ReadSpan } from './cite.ts';
import { focus, usefulTrail } from './focus.ts';
import { type DocumentHit, readSpans } from './read-spans.ts';

/** Blocks read either side of a hit: the sentence may straddle. */
const NEIGHBOURS = 1;

export interface Answered {
  generated: Generated;
  /** What the answer was made from, and may be quoted. */
  spans: ReadSpan[];
  blocksAttended?: number;
  chunksEncodedOnDemand?: number;
  segmentBytes?: number;
}

export const readerOf = ({ reader, model }: ReaderContext): AnswerModel => reader ?? localReader(model);

export async function answerByReread(
  ctx: ReaderContext, places: Places, hits: ReadonlyArray<DocumentHit | Passage>, options: AskOptions,
): Promise<Answered> {
  const reader = readerOf(ctx);
  const { question } = options;
  const looked = hits.find((hit): hit is Passage => 'ranks' in hit && hit.ranks['second-look'] === 1);
  // Fewer hits when a long question or a small window leaves no room for all.
  for (let numHits = Math.min(reader.numHits, hits.length); ; numHits--) {
    const read = await readSpans(places, hits.slice(0, numHits), NEIGHBOURS);
    const spans = reader.reads === 'sentence' ? await focus(read, question, { embedder: ctx.embedder, looked }) : read;
    const prompt = { question, passages: spans.map((span) => ({ text: span.text, trail: reader.reads === 'sentence' ? usefulTrail(span, question) : span.trail })) };
    if (numHits > 0 && reader.countTokens(prompt) + options.maxOutputTokens > reader.contextLength) continue;
    return { generated: await reader.answer(prompt, options), spans };
  }
}
