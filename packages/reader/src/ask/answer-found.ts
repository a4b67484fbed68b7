// One round: what was found -> an answer with its quotations, in the way that the mode says.
import { ServiceError, type AskMode, type Citation } from '@lectern/shared';
import type { AskOptions, ReaderContext } from '../contract.ts';
import type { Found } from '../find/find.ts';
import type { Places } from '../find/places.ts';
import { cite } from './cite.ts';
import { evidenceOf } from './evidence.ts';
import { type Answered, answerByReread } from './reread.ts';
import { answerByReplay, answerBySparse } from './stored.ts';
import { isSupported } from './support.ts';

const MODES: Record<AskMode, typeof answerByReread> = { reread: answerByReread, replay: answerByReplay, sparse: answerBySparse };

/** An answer to one question, from one text that was read. */
export interface Reading extends Answered {
  citations: Citation[];
  supported: boolean;
}

export function checkMode(mode: AskMode): void {
  if (!Object.hasOwn(MODES, mode)) throw new ServiceError('VALIDATION', `modes are ${Object.keys(MODES).join(', ')}; asked for: ${mode}`);
}

export async function answerFound(ctx: ReaderContext, found: Pick<Found, 'places' | 'passages' | 'lead'>, options: AskOptions): Promise<Reading> {
  const { places, passages } = found;
  return judged(ctx, places, await MODES[options.mode](ctx, places, passages, options), options.question, found);
}

/** What was answered from the spans, with its quotations and whether they carry it; `found`: what stands around them. */
export async function judged(ctx: ReaderContext, places: Places, answered: Answered, question: string, found: Pick<Found, 'passages' | 'lead'>): Promise<Reading> {
  const { text, margin } = answered.generated;
  const citations = await cite(places, answered.spans, question, text);
  return { ...answered, citations, supported: isSupported(text, question, await evidenceOf(question, citations, found, ctx.embedder), margin) };
}
