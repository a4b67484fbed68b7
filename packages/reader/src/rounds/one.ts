// A question with one answer: one ordinary round. Where what it read lacks the kind of thing that is asked for, the names that it brings are
// followed, one after the other: 'Where is the ball?' 'Anna took the ball.' 'Where is Anna?'
import type { ReadSpan } from '../ask/cite.ts';
import type { AnswerText } from './answer-text.ts';
import { type Fit, fittingSentences, sameText } from './fitting.ts';
import { newNames } from './hop.ts';
import { holdsAskedKind } from './kind.ts';
import { hopTo } from './next-found.ts';
import { type Part, partOf, type Split } from './split.ts';
import type { Work } from './work.ts';

export async function askOne(work: Work, { question }: Split, answer: AnswerText): Promise<boolean | undefined> {
  const part = partOf(question);
  const found = await work.find(question);
  const first = await work.answer(found, question);
  work.tell({ question, found: first.citations, answer: first.generated.text, supported: first.supported });
  const shown = first.spans.map(({ text }) => text).join('\n');
  const fits = holdsAskedKind(shown, question) ? [] : fittingSentences(await work.spansOf(found.passages), part);
  const last = fits.length === 0 ? undefined : await follow(work, part, latestOfBest(fits), found.passages.map(({ text }) => text));
  if (last === undefined) {
    answer.add(first.generated.text);
    return first.supported;
  }
  const { generated, supported, citations } = await work.answerFrom([last.span], last.part.question);
  // The sentence holds what is asked for: where the reader says something else, it is the answer itself.
  const text = supported ? generated.text : sameText(last.span);
  const quotes = supported ? citations : await work.quote(last.span);
  const isCarried = supported || (await work.carries(quotes, last.part.question, text));
  work.tell({ question: last.part.question, found: quotes, answer: text, supported: isCarried });
  answer.add(text);
  return isCarried && last.isCarried;
}

interface Followed {
  part: Part;
  span: ReadSpan;
  /** Each sentence before it speaks of its own question. */
  isCarried: boolean;
}

/** From sentence to sentence, until one holds what is asked for; undefined when none does. */
async function follow(work: Work, from: Part, start: ReadSpan, startTexts: readonly string[]): Promise<Followed | undefined> {
  const known = [...from.subjects];
  const read = new Set([sameText(start)]);
  let [part, span, texts] = [from, start, startTexts];
  let isCarried = true;
  for (;;) {
    const [link] = newNames(span.text, known, texts);
    if (link === undefined || work.findsLeft < 1 || work.readingsLeft < 1) return undefined;
    known.push(link);
    isCarried &&= await work.carries(await work.quote(span), part.question, link);
    const hop = await hopTo(work, link, part, read);
    if (hop === undefined || hop.fits.length === 0) return undefined; // nothing new
    const answering = hop.fits.filter((fit) => holdsAskedKind(fit.span.text, from.question));
    if (answering.length > 0) return { part: hop.part, span: latestOfBest(answering), isCarried };
    [part, span, texts] = [hop.part, latestOfBest(hop.fits), hop.found.passages.map(({ text }) => text)];
    read.add(sameText(span));
    work.tell({ question: part.question, found: await work.quote(span) });
  }
}

/** Of those that fit equally well the last in the text: what is told later holds. */
function latestOfBest(fits: readonly Fit[]): ReadSpan {
  const best = fits.filter(({ share }) => share === fits[0].share).map(({ span }) => span);
  return best.filter(({ document }) => document === best[0].document).reduce((last, span) => (span.startChar > last.startChar ? span : last));
}
