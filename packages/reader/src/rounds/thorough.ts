// Several rounds: a question about several things is asked of one at a time, all values of one thing are read one at a time, and a name that
// was read forms the next question. Ends by itself when a round brings nothing new.
import type { AskOptions, AskResult, ReaderContext, ReadingSource } from '../contract.ts';
import { AnswerText } from './answer-text.ts';
import { askAll } from './all.ts';
import { askChoice } from './choice.ts';
import { askFrequentWords } from './exhaustive/ask-frequent-words.ts';
import { frequentWordsAsked } from './exhaustive/frequent-words.ts';
import { askOne } from './one.ts';
import { askParts } from './parts.ts';
import { type Split, splitQuestion } from './split.ts';
import { Work, type WorkLimits } from './work.ts';

/** In units of one round's work: finding once, reading once. */
const LIMITS: WorkLimits = { finds: 5, readings: 5, times: 5 };

/** Whether what was read carries the answer; undefined: this way does not fit what the documents say, and nothing was answered. */
type AskRounds = (work: Work, split: Split, answer: AnswerText) => Promise<boolean | undefined>;

export async function askThoroughly(ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions): Promise<AskResult> {
  const numFrequent = frequentWordsAsked(options.question);
  if (numFrequent !== undefined) return askFrequentWords(ctx, readings, options, numFrequent); // no passage tells it
  const work = new Work(ctx, readings, options, LIMITS);
  const split = splitQuestion(options.question);
  const isSplit = split.parts.length > 1;
  const answer = new AnswerText(options.onDelta, isSplit ? !split.isChoice : split.asksForAll);
  const whole: AskRounds = split.asksForAll ? askAll : askOne;
  const first: AskRounds = isSplit ? (split.isChoice ? askChoice : askParts) : whole;
  const supported = await first(work, split, answer) ?? await whole(work, split, answer);
  return work.result(answer.text, supported ?? false);
}
