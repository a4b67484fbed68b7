// Question -> answer with quotations: find, read, generate, cite, check.
import { ServiceError, type AskMode } from '@lectern/shared';
import type { AskArgs, AskResult, ReaderContext, ReadingSource } from '../contract.ts';
import { isUncertain } from '../answer-model/ceiling.ts';
import { throwIfCancelled } from '../control.ts';
import { withAskDefaults } from '../defaults.ts';
import { findPlaces } from '../find/find.ts';
import { cite } from './cite.ts';
import { evidenceOf } from './evidence.ts';
import { answerByReread, readerOf } from './reread.ts';
import { answerByReplay, answerBySparse } from './stored.ts';
import { isSupported } from './support.ts';

const MODES: Record<AskMode, typeof answerByReread> = { reread: answerByReread, replay: answerByReplay, sparse: answerBySparse };

export async function ask(ctx: ReaderContext, readings: readonly ReadingSource[], args: AskArgs): Promise<AskResult> {
  const options = withAskDefaults(args);
  if (!Object.hasOwn(MODES, options.mode)) throw new ServiceError('VALIDATION', `modes are ${Object.keys(MODES).join(', ')}; asked for: ${options.mode}`);
  throwIfCancelled(options.control);
  const { passages, places, notes, numBlocks, numTokens, findSeconds, indexBytes } = await findPlaces(ctx, readings, options);
  throwIfCancelled(options.control);
  const started = performance.now();
  const { generated, spans, blocksAttended, chunksEncodedOnDemand, segmentBytes } = await MODES[options.mode](ctx, places, passages, options);
  const citations = await cite(places, spans, options.question, generated.text);
  return {
    answer: generated.text,
    supported: isSupported(generated.text, options.question, await evidenceOf(options.question, citations, passages, ctx.embedder)),
    uncertain: isUncertain(readerOf(ctx)),
    reader: readerOf(ctx).id,
    finishReason: generated.finishReason,
    citations, passages, notes, numTokens, findSeconds, indexBytes,
    answerSeconds: (performance.now() - started) / 1000,
    outputTokens: generated.numTokens,
    ...(blocksAttended === undefined ? {} : { blocksAttended, blocksTotal: numBlocks }),
    ...(chunksEncodedOnDemand === undefined ? {} : { chunksEncodedOnDemand }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  };
}
