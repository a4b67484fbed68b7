// One round: what was found -> an answer with its quotations, in the way that the mode says.
import { ServiceError, type AskMode, type Citation } from '@lectern/shared';
import type { AskOptions, ReaderContext } from '../contract.ts';
import type { Found } from '../find/find.ts';
import { cite } from './cite.ts';
import { type Answered, answerByReread } from './reread.ts';
import { answerBySparse } from './sparse.ts';
import { isSupported } from './support.ts';

const MODES: Record<AskMode, typeof answerByReread> = { reread: answerByReread, sparse: answerBySparse };

/** An answer to one question, from one text that was read. */
export interface Reading extends Answered {
  citations: Citation[];
  supported: boolean;
}

export function checkMode(mode: AskMode): void {
  if (!Object.hasOwn(MODES, mode)) throw new ServiceError('VALIDATION', `modes are ${Object.keys(MODES).join(', ')}; asked for: ${mode}`);
}

export async function answerFound(ctx: ReaderContext, { places, passages }: Pick<Found, 'places' | 'passages'>, options: AskOptions): Promise<Reading> {
  const answered = await MODES[options.mode](ctx, places, passages, options);
  const { text } = answered.generated;
  const citations = await cite(places, answered.spans, options.question, text);
  return { ...answered, citations, supported: isSupported(text, options.question, citations) };
}
