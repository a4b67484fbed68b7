// All values of one thing: every sentence that fits the question is read by itself. Then along the chain, where there is one.
import type { ReadSpan } from '../ask/cite.ts';
import { contentStems } from '../ask/content-words.ts';
import type { AnswerText } from './answer-text.ts';
import { followChain, type Link } from './chain.ts';
import { fittingSentences } from './fitting.ts';
import { newNames } from './hop.ts';
import { bestOf } from './parts.ts';
import { type Part, partOf, type Split } from './split.ts';
import type { Work } from './work.ts';

export async function askAll(work: Work, { question }: Split, answer: AnswerText): Promise<boolean | undefined> {
  const part = partOf(question);
  const found = await work.find(question);
  const texts = found.passages.map(({ text }) => text);
  const fits = bestOf(fittingSentences(await work.spansOf(found.passages), part)).map(({ span }) => span);
  const chain = await followChain(work, part, { spans: fits, texts });
  let supported = true;
  const [only] = fits;
  const names = only === undefined ? [] : newNames(only.text, part.subjects, texts);
  if (chain.length > 0 && fits.length === 1 && names.length > 0) {
    supported = await tellLink(work, answer, { part, span: only, names });
  } else if (fits.length === 0 || !work.readsSentences) {
    const { generated, citations, supported: isSupported } = await work.answer(found, question);
    work.tell({ question, found: citations, answer: generated.text, supported: isSupported });
    answer.add(generated.text);
    supported = isSupported;
  } else {
    const chosen = fits.slice(0, work.readingsLeft);
    if (chosen.length < fits.length) work.notes.add(`${fits.length} sentences fit the question, the best ${chosen.length} of them were read`);
    for (const span of inTextOrder(chosen)) supported = (await read(work, part, { span, texts }, answer)) && supported;
  }
  for (const link of chain) supported = (await tellLink(work, answer, link)) && supported;
  return supported;
}

const inTextOrder = (spans: readonly ReadSpan[]): ReadSpan[] => [...spans].sort((a, b) => (a.document === b.document ? a.startChar - b.startChar : 0));

/**
 * Sentences of one form need no reader: what they bring are their names, which stand in them as they are. A link is supported when its sentence
 * speaks of its own question; that the relation carries over is not said.
 */
async function tellLink(work: Work, answer: AnswerText, { part, span, names, through }: Pick<Link, 'part' | 'span' | 'names'> & Partial<Link>): Promise<boolean> {
  const text = names.join(', ');
  const found = await work.quote(span);
  const supported = await work.carries(found, part.question, text);
  work.tell({ question: part.question, found, answer: text, supported });
  answer.add(through === undefined ? text : `${text} (through ${through})`);
  return supported;
}

/** An answer that only repeats the question says nothing: then the names that the sentence brings are what it says, and are judged as an answer is. */
async function read(work: Work, part: Part, { span, texts }: { span: ReadSpan; texts: readonly string[] }, answer: AnswerText): Promise<boolean> {
  const { generated, citations, supported } = await work.answerFrom([span], part.question);
  const asked = new Set(contentStems(part.question));
  const saysNothing = contentStems(generated.text).every((stem) => asked.has(stem));
  const names = saysNothing ? newNames(span.text, part.subjects, texts) : [];
  if (names.length > 0) return tellLink(work, answer, { part, span, names });
  work.tell({ question: part.question, found: citations.length > 0 ? citations : await work.quote(span), answer: generated.text, supported });
  answer.add(generated.text);
  return supported;
}
