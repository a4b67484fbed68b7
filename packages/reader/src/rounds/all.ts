// All values of one thing: every sentence that fits the question is read by itself. Then along the chain: a name that was read takes the
// place of what was asked about, as long as that brings sentences of the same form that were not read yet.
import type { ReadSpan } from '../ask/cite.ts';
import { contentStems } from '../ask/support.ts';
import type { AnswerText } from './answer-text.ts';
import { fittingSentences, sameText, stemsOf } from './fitting.ts';
import { isOfOneForm, newNames } from './hop.ts';
import { hopTo } from './next-found.ts';
import { bestOf } from './parts.ts';
import { type Part, partOf, type Split } from './split.ts';
import type { Work } from './work.ts';

/** A sentence that was read, with the question that led to it. */
interface Step { part: Part; span: ReadSpan; texts: string[] }

export async function askAll(work: Work, { question }: Split, answer: AnswerText): Promise<boolean | undefined> {
  const part = partOf(question);
  const found = await work.find(question);
  const texts = found.passages.map(({ text }) => text);
  const fits = bestOf(fittingSentences(await work.spansOf(found.passages), part));
  if (fits.length === 0 || !work.readsSentences) {
    const { generated, citations, supported } = await work.answer(found, question);
    work.tell({ question, found: citations, answer: generated.text, supported });
    answer.add(generated.text);
    if (fits.length === 0) return supported;
    return (await follow(work, steps(fits.map(({ span }) => span), part, texts), answer)) && supported;
  }
  const fresh = fits.slice(0, work.readingsLeft).map(({ span }) => span);
  if (fresh.length < fits.length) work.notes.add(`${fits.length} sentences fit the question, the best ${fresh.length} of them were read`);
  let supported = true;
  for (const span of inTextOrder(fresh)) supported = (await read(work, { part, span, texts }, [], answer)) && supported;
  return (await follow(work, steps(fresh, part, texts), answer)) && supported;
}

const steps = (spans: readonly ReadSpan[], part: Part, texts: string[]): Step[] => spans.map((span) => ({ part, span, texts }));

const inTextOrder = (spans: readonly ReadSpan[]): ReadSpan[] => [...spans].sort((a, b) => (a.document === b.document ? a.startChar - b.startChar : 0));

async function follow(work: Work, queue: Step[], answer: AnswerText): Promise<boolean> {
  const done = new Set(queue.map(({ span }) => sameText(span)));
  const known = queue.flatMap(({ part }) => part.subjects);
  let supported = true;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const { part, span, texts } = step;
    const [link] = newNames(span.text, known, texts);
    if (link === undefined) continue;
    if (work.findsLeft < 1 || work.readingsLeft < 1) break;
    known.push(link);
    const hop = await hopTo(work, link, part, done);
    const next = hop?.fits.filter((fit) => isOfOneForm(fit.span.text, span.text)) ?? [];
    if (hop === undefined || next.length === 0) break; // nothing new
    for (const fit of next.slice(0, work.readingsLeft)) {
      const there: Step = { part: hop.part, span: fit.span, texts: hop.found.passages.map(({ text }) => text) };
      done.add(sameText(fit.span));
      supported = (await read(work, there, known, answer)) && supported;
      queue.push(there);
    }
  }
  return supported;
}

/** An answer that only repeats the question says nothing: then the names that the sentence brings are what it says. */
async function read(work: Work, { part, span, texts }: Step, known: readonly string[], answer: AnswerText): Promise<boolean> {
  const { generated, citations, supported } = await work.answerFrom([span], part.question);
  const asked = new Set([...contentStems(part.question), ...known.flatMap(stemsOf)]);
  const isNew = contentStems(generated.text).some((stem) => !asked.has(stem));
  const names = newNames(span.text, [...known, ...part.subjects], texts);
  const isNamed = isNew || names.length === 0;
  work.tell({ question: part.question, found: citations.length > 0 ? citations : await work.quote(span), answer: generated.text, supported });
  answer.add(isNamed ? generated.text : names.join(', '));
  return isNamed ? supported : true;
}
