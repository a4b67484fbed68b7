// Counting and listing: every sentence of the documents is looked at; those that hold the question's names, else all its words, are counted,
// quoted and, unless only their number is asked for, read. It counts words, not things: what is told in other words is not seen.
import { contentStems } from '../../ask/content-words.ts';
import type { ReadSpan } from '../../ask/cite.ts';
import type { AskOptions, AskResult, ReaderContext, ReadingSource } from '../../contract.ts';
import { AnswerText } from '../answer-text.ts';
import { Work } from '../work.ts';
import { askFrequentWords } from './ask-frequent-words.ts';
import { frequentWordsAsked } from './frequent-words.ts';
import { scanSentences } from './sentence-scan.ts';
import { spanOf } from './span-of.ts';
import { type Counted, Tally } from './tally.ts';
import { type Wanted, wantedOf } from './wanted.ts';

/** Sentences that are quoted, and sentences that are read; beyond these they are only counted. */
const MAX_QUOTED = 50;
const MAX_READ = 20;
/** Sentences before a reader that can weigh several passages, at a time. */
const READ_AT_ONCE = 8;

export async function askExhaustively(ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions): Promise<AskResult> {
  const { question } = options;
  const numFrequent = frequentWordsAsked(question);
  if (numFrequent !== undefined) return askFrequentWords(ctx, readings, options, numFrequent);
  const work = new Work(ctx, readings, options, { finds: 1, readings: MAX_READ, times: Number.POSITIVE_INFINITY });
  const answer = new AnswerText(options.onDelta, true);
  const found = await work.find(question);
  const wanted = wantedOf(question);
  const tally = new Tally(wanted, contentStems(question), MAX_QUOTED);
  const { isCut, seconds } = await scanSentences(ctx, readings, options.control, (sentence) => tally.add(sentence));
  work.addFinding(seconds);
  if (isCut) work.notes.add('the documents are longer than can be looked at whole: what follows counts their first part only');
  const counted = tally.counted();
  if (counted.numSentences === 0) {
    work.notes.add(wanted.shown.length === 0 ? 'the question names nothing that could be counted: answered from the best passages'
      : `no sentence holds ${listed(wanted)}: answered from the best passages`);
    const { generated, citations, supported } = await work.answer(found, question);
    work.tell({ question, found: citations, answer: generated.text, supported });
    answer.add(generated.text);
    return work.result(answer.text, supported);
  }
  tellBounds(work, wanted, counted);
  const spans: ReadSpan[] = [];
  for (const { sentence } of counted.matches) spans.push(await spanOf(work.places, sentence));
  const supported = wanted.asksForNumber ? await number(work, answer, { question, wanted, counted, spans }) : await list(work, answer, question, spans);
  return work.result(answer.text, supported);
}

function tellBounds(work: Work, wanted: Wanted, { numTerms, numSentences, matches }: Counted): void {
  if (numTerms < wanted.terms.length) work.notes.add(`no sentence holds all of ${listed(wanted)}: counted are those that hold ${numTerms} of these ${wanted.terms.length}`);
  if (matches.length < numSentences) work.notes.add(`${numSentences} sentences match, ${matches.length} of them are quoted`);
  const numRead = MAX_READ;
  if (!wanted.asksForNumber && matches.length > numRead) work.notes.add(`${numSentences} sentences match, ${numRead} of them were read for the list`);
}

interface ToCount { question: string; wanted: Wanted; counted: Counted; spans: readonly ReadSpan[] }

/** The count itself is the answer: no model words it. It is carried by the quotations when all that is counted is quoted. */
async function number(work: Work, answer: AnswerText, { question, wanted, counted, spans }: ToCount): Promise<boolean> {
  const { numOccurrences, numSentences } = counted;
  answer.add(`${numOccurrences} ${numOccurrences === 1 ? 'time' : 'times'}, in ${numSentences} ${numSentences === 1 ? 'sentence' : 'sentences'}: ${listed(wanted)}`);
  const supported = spans.length === numSentences;
  work.tell({ question, found: (await Promise.all(spans.map((span) => work.quote(span)))).flat(), answer: answer.text, supported });
  return supported;
}

/** What the reader says of each sentence, or of a few at a time; only what the sentence carries. */
async function list(work: Work, answer: AnswerText, question: string, spans: readonly ReadSpan[]): Promise<boolean> {
  const atOnce = work.readsSentences ? 1 : READ_AT_ONCE;
  const chosen = spans.slice(0, MAX_READ);
  for (let from = 0; from < chosen.length; from += atOnce) {
    const batch = chosen.slice(from, from + atOnce);
    const { generated, supported } = await work.answerFrom(batch, question);
    work.tell({ question, found: (await Promise.all(batch.map((span) => work.quote(span)))).flat(), answer: generated.text, supported });
    if (supported) answer.add(generated.text);
  }
  return answer.text !== '';
}

const listed = ({ shown }: Wanted): string => shown.map((text) => `"${text}"`).join(', ');
