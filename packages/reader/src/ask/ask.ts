// Question -> answer with quotations: find, read, generate, cite, check; once, or in rounds as the effort says.
import { type Effort, ServiceError } from '@lectern/shared';
import type { AskArgs, AskOptions, AskResult, ReaderContext, ReadingSource } from '../contract.ts';
import { isUncertain } from '../answer-model/ceiling.ts';
import { throwIfCancelled } from '../control.ts';
import { withAskDefaults } from '../defaults.ts';
import { findPlaces } from '../find/find.ts';
import { askExhaustively } from '../rounds/exhaustive/exhaustive.ts';
import { frequentWordsAsked } from '../rounds/exhaustive/frequent-words.ts';
import { wantedOf } from '../rounds/exhaustive/wanted.ts';
import { askThoroughly } from '../rounds/thorough.ts';
import { answerFound, checkMode } from './answer-found.ts';
import { readerOf } from './reread.ts';

const COUNT_NOTE = 'answered from the passages that fit best: over all of the text it is counted with the effort exhaustive';
const asksToCount = (question: string): boolean => wantedOf(question).asksForNumber || frequentWordsAsked(question) !== undefined;

type Ask = (ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions) => Promise<AskResult>;

const EFFORTS: Record<Effort, Ask> = { normal: askOnce, thorough: askThoroughly, exhaustive: askExhaustively };

export async function ask(ctx: ReaderContext, readings: readonly ReadingSource[], args: AskArgs): Promise<AskResult> {
  const options = withAskDefaults(args);
  const { mode, effort = 'normal', control } = options;
  checkMode(mode);
  if (!Object.hasOwn(EFFORTS, effort)) throw new ServiceError('VALIDATION', `efforts are ${Object.keys(EFFORTS).join(', ')}; asked for: ${effort}`);
  throwIfCancelled(control);
  return EFFORTS[effort](ctx, readings, options);
}

async function askOnce(ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions): Promise<AskResult> {
  const found = await findPlaces(ctx, readings, options);
  throwIfCancelled(options.control);
  const started = performance.now();
  const { generated, supported, citations, blocksAttended, chunksEncodedOnDemand, segmentBytes } = await answerFound(ctx, found, options);
  const { passages, numBlocks, numTokens, findSeconds, indexBytes } = found;
  const notes = [...found.notes, ...(asksToCount(options.question) ? [COUNT_NOTE] : [])];
  return {
    answer: generated.text,
    supported,
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
