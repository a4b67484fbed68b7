// A question about several things: each is found and read by itself, the answers are joined.
import type { AnswerText } from './answer-text.ts';
import { type Fit, fittingSentences } from './fitting.ts';
import { stemsOf } from '../segment/words.ts';
import type { Part, Split } from './split.ts';
import type { Work } from './work.ts';

/** A sentence that fits the question less than this part of the best one is about something else. */
export const NEAR_BEST = 0.75;

/** undefined: the documents speak of all the things in one sentence, so they are better asked about together. */
export async function askParts(work: Work, { parts, asksForAll }: Split, answer: AnswerText): Promise<boolean | undefined> {
  let supported = true;
  for (const [i, part] of parts.entries()) {
    const left = parts.length - i;
    if (work.findsLeft < 1 || work.readingsLeft < 1) {
      work.notes.add(`not asked about ${parts.slice(i).map(({ item }) => item).join(', ')}: the question names ${parts.length} things, and the rounds are bounded`);
      return false;
    }
    const found = await work.find(part.question);
    const fits = work.readsSentences ? fittingSentences(await work.spansOf(found.passages), part) : [];
    if (i === 0 && fits.length > 0 && namesAll(fits[0], parts)) return undefined;
    if (work.readsSentences && fits.length === 0) work.notes.add(`no sentence was found that names ${part.subjects.join(' and ')}`);
    // What the other things do not need is there for a thing that has several values.
    const many = asksForAll ? Math.max(1, work.readingsLeft - left + 1) : 1;
    const chosen = bestOf(fits).slice(0, many);
    const readings = chosen.length === 0 ? [await work.answer(found, part.question)] : [];
    for (const { span } of chosen) readings.push(await work.answerFrom([span], part.question));
    let isAnswered = false;
    for (const { generated, citations, supported: isSupported } of readings) {
      work.tell({ question: part.question, found: citations, answer: generated.text, supported: isSupported });
      if (!answer.add(generated.text, part.item)) continue;
      isAnswered = true;
      supported &&= isSupported;
    }
    supported &&= isAnswered;
  }
  return supported;
}

export const bestOf = (fits: readonly Fit[]): Fit[] => fits.filter(({ share }) => share >= NEAR_BEST * fits[0].share);

function namesAll({ span }: Fit, parts: readonly Part[]): boolean {
  const there = new Set(stemsOf(span.text));
  return parts.every(({ item = '' }) => stemsOf(item).every((stem) => there.has(stem)));
}
