// 'X or Y?': what the documents say of each is found by itself, then both are read together with the question by a reader
// that can weigh them, else shown side by side; that decides nothing, so it is not supported.
import type { ReadSpan } from '../ask/cite.ts';
import type { AnswerText } from './answer-text.ts';
import { type Fit, fittingSentences, sameText } from './fitting.ts';
import { stemsOf } from '../segment/words.ts';
import type { Part, Split } from './split.ts';
import type { Work } from './work.ts';

/** undefined: one sentence names two of the things, nothing was found of one, or they are too many. */
export async function askChoice(work: Work, { question, parts }: Split, answer: AnswerText): Promise<boolean | undefined> {
  const chosen: Array<{ part: Part; span: ReadSpan }> = [];
  if (work.findsLeft < parts.length + 1) return undefined; // one is left for the question as a whole
  for (const part of parts) {
    const { passages } = await work.find(part.question);
    const best: Fit | undefined = fittingSentences(await work.spansOf(passages), part)[0];
    if (best === undefined || parts.some((other) => other !== part && names(best.span, other))) return undefined;
    chosen.push({ part, span: best.span });
  }
  for (const { part, span } of chosen) work.tell({ question: part.question, found: await work.quote(span) });
  if (work.readsSentences) {
    work.notes.add('the reader is too small to weigh what is said of one against what is said of the other: both are shown');
    return showEach(chosen, answer);
  }
  const { generated, citations, supported } = await work.answerFrom(chosen.map(({ span }) => span), question);
  const isDecided = parts.some(({ item = '' }) => generated.text.includes(item));
  work.tell({ question, found: citations, answer: generated.text, supported: isDecided && supported });
  if (isDecided) {
    answer.add(generated.text);
    return supported;
  }
  return showEach(chosen, answer); // the reader chose none
}

/** What is said of each, as it stands in the documents: an answer that a person can use. */
function showEach(chosen: ReadonlyArray<{ part: Part; span: ReadSpan }>, answer: AnswerText): false {
  answer.add(chosen.map(({ part, span }) => `${part.item}: ${sameText(span)}`).join(' '));
  return false;
}

function names({ text }: ReadSpan, { item = '' }: Part): boolean {
  const there = new Set(stemsOf(text));
  return stemsOf(item).every((stem) => there.has(stem));
}
