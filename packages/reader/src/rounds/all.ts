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
    await tellLink(work, answer, { part, span: only, names });
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
  for (const link of chain) await tellLink(work, answer, link);
  return supported;
}

const inTextOrder = (spans: readonly ReadSpan[]): ReadSpan[] => [...spans].sort((a, b) => (a.document === b.document ? a.startChar - b.startChar : 0));

/** Sentences of one form need no reader: what they bring are their names, which stand in them as they are. */
async function tellLink(work: Work, answer: AnswerText, { part, span, names, through }: Pick<Link, 'part' | 'span' | 'names'> & Partial<Link>): Promise<void> {
  const text = names.join(', ');
  work.tell({ question: part.question, found: await work.quote(span), answer: text, supported: true });
  answer.add(through === undefined ? text : `${text} (through ${through})`);
}

/** An answer that only repeats the question says nothing: then the names that the sentence brings are what it says. */
async function read(work: Work, part: Part, { span, texts }: { span: ReadSpan; texts: readonly string[] }, answer: AnswerText): Promise<boolean> {
  const { generated, citations, supported } = await work.answerFrom([span], part.question);
  const asked = new Set(contentStems(part.question));
  const saysNothing = contentStems(generated.text).every((stem) => asked.has(stem));
  const names = saysNothing ? newNames(span.text, part.subjects, texts) : [];
  work.tell({ question: part.question, found: citations.length > 0 ? citations : await work.quote(span), answer: generated.text, supported });
  answer.add(names.length === 0 ? generated.text : names.join(', '));
  return names.length > 0 || supported;
}
