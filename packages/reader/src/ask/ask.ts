// Question -> answer with quotations: find, read, generate, cite, check.
import { ServiceError, type AskMode } from '@lectern/shared';
import type { AskOptions, AskResult, ReaderContext, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { find } from '../find/find.ts';
import { PlaceFinder } from '../find/passage.ts';
import { cite } from './cite.ts';
import { answerByReread } from './reread.ts';
import { answerBySparse } from './sparse.ts';
import { isSupported } from './support.ts';

const MODES: Record<AskMode, typeof answerByReread> = { reread: answerByReread, sparse: answerBySparse };

export async function ask(ctx: ReaderContext, plan: ReadingPlan, options: AskOptions): Promise<AskResult> {
  if (!Object.hasOwn(MODES, options.mode)) throw new ServiceError('VALIDATION', `modes are ${Object.keys(MODES).join(', ')}; asked for: ${options.mode}`);
  throwIfCancelled(options.control);
  const { passages, findSeconds, indexBytes } = await find(ctx, plan, options);
  throwIfCancelled(options.control);
  const started = performance.now();
  const places = new PlaceFinder(ctx, plan);
  const { generated, spans, blocksAttended, chunksEncodedOnDemand, segmentBytes } = await MODES[options.mode](ctx, plan, places, passages, options);
  const citations = await cite(places, spans, options.question, generated.text);
  return {
    answer: generated.text,
    supported: isSupported(generated.text, options.question, citations),
    finishReason: generated.finishReason,
    citations, passages, findSeconds, indexBytes,
    answerSeconds: (performance.now() - started) / 1000,
    outputTokens: generated.numTokens,
    ...(blocksAttended === undefined ? {} : { blocksAttended, blocksTotal: plan.numBlocks }),
    ...(chunksEncodedOnDemand === undefined ? {} : { chunksEncodedOnDemand }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  };
}
